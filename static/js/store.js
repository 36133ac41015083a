/*
 * For the pages of a shop: keeps the click token of a visit and hands it to the order.
 *
 * <script src="…/static/js/store.js" data-store="shopify" data-days="30" async></script>
 * data-store  shopify: the token goes to the cart; generic: into inputs named fs_click
 * data-days   how long it is kept, at most 90
 *
 * Nothing is kept before the shopper agreed: call fairshare.allow() where the cookie banner says
 * yes and fairshare.forget() where it says no. Shopify's own banner is asked by itself.
 */
(function () {
  "use strict";

  var NAME = "fs_click";
  var TOKEN = /^[A-Za-z0-9_-]{1,128}$/;
  var script = document.currentScript;
  var isShopify = script && script.dataset.store === "shopify";
  var days = Math.min(90, Math.max(1, parseInt(script && script.dataset.days, 10) || 30));
  var arrived = new URLSearchParams(window.location.search).get(NAME) || "";

  function read() {
    var found = document.cookie.match(/(?:^|; )fs_click=([^;]*)/);
    return found && TOKEN.test(found[1]) ? found[1] : "";
  }

  function write(value, seconds) {
    var secure = window.location.protocol === "https:" ? "; Secure" : "";
    document.cookie = NAME + "=" + value + "; Path=/; SameSite=Lax; Max-Age=" + seconds + secure;
  }

  function token() {
    return TOKEN.test(arrived) ? arrived : read();
  }

  function fillInputs() {
    document.querySelectorAll('input[name="fs_click"]').forEach(function (input) { input.value = token(); });
  }

  /* The cart may have been emptied since: look before writing. */
  function tellCart(value) {
    var root = (window.Shopify && window.Shopify.routes && window.Shopify.routes.root) || "/";
    window.fetch(root + "cart.js", { headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.json(); })
      .then(function (cart) {
        if (cart.attributes && cart.attributes["_" + NAME] === value) return null;
        var attributes = {};
        attributes["_" + NAME] = value;
        return window.fetch(root + "cart/update.js", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ attributes: attributes })
        });
      })
      .catch(function () { /* the next page tries again */ });
  }

  function hand() {
    var value = read();
    if (!value) return;
    if (isShopify) tellCart(value); else fillInputs();
  }

  function allow() {
    if (TOKEN.test(arrived)) write(arrived, days * 86400);
    hand();
  }

  function forget() {
    arrived = "";
    write("", 0);
  }

  function askShopify() {
    var privacy = window.Shopify && window.Shopify.customerPrivacy;
    if (privacy && privacy.marketingAllowed && privacy.marketingAllowed()) allow();
  }

  window.fairshare = { allow: allow, forget: forget, token: token };
  document.addEventListener("visitorConsentCollected", function (event) {
    if (event.detail && event.detail.marketingAllowed) allow(); else forget();
  });
  if (isShopify) askShopify();
  hand();
})();
