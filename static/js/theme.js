/* Settle "as the device" before the first paint; runs in the head, before the style sheets. */
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function settle() {
    if (root.dataset.theme === "auto") {
      root.dataset.bsTheme = dark.matches ? "dark" : "light";
    }
  }
  settle();
  dark.addEventListener("change", settle);
})();
