"""Drive a running installation over HTTP, as its users do, through one sale from click to paid."""
