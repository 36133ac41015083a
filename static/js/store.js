/*
 * For the pages of a shop: keeps the click token of a visit and hands it to the order.
 *
 * <script src="…/static/js/store.js" data-store="shopify" data-days="30" async></script>
 * data-store    the platform; shopify puts the token into the cart, ecwid into the order's fields
 * data-days     how long a click is kept, the program's window; at most 365
 * data-consent  "given" where the shop asks before it loads this script; else it waits for an answer
 * data-gpc      "ignore" where the program leaves Global Privacy Control to the shop
 * data-domain   the domain of the cookie that the shop's own link domain sets
 *
 * Nothing is kept or handed on before fairshare.consent(true); fairshare.consent(false) deletes what
 * is there. A banner that is faster than this script sets window.fairshareConsent instead.
 * fairshare.click() returns what goes with the order: up to three tokens, oldest first.
 */
(function () {
  "use strict";

  var NAME = "fs_click";
  var AGREED = "fs_consent";
  var LENGTH = 50;
  var MOST = 3;
  var data = (document.currentScript || { dataset: {} }).dataset;
  var days = Math.min(365, Math.max(1, parseInt(data.days, 10) || 30));
  var isRefusedByBrowser = navigator.globalPrivacyControl === true && data.gpc !== "ignore";
  var isAgreed = false;
  var memory = {};
  var told = "";

  /* Storage may be denied: then a token lasts as long as the page. */
  function read(name) {
    var found;
    try { found = document.cookie.match("(?:^|; )" + name + "=([^;]*)"); } catch (denied) { found = null; }
    if (found) return found[1];
    try { found = window.localStorage.getItem(name); } catch (denied) { found = null; }
    return found || memory[name] || "";
  }

  function write(name, value) {
    var seconds = value ? days * 86400 : 0;
    var rest = "; Path=/; SameSite=Lax; Max-Age=" + seconds + (window.location.protocol === "https:" ? "; Secure" : "");
    memory[name] = value;
    try {
      if (data.domain) document.cookie = name + "=" + value + "; Domain=" + data.domain + rest;
      if (!data.domain || !value) document.cookie = name + "=" + value + rest;
    } catch (denied) { /* the next place */ }
    try {
      if (value) window.localStorage.setItem(name, value); else window.localStorage.removeItem(name);
    } catch (denied) { /* memory */ }
  }

  /* When a token was made: the first 6 bytes of its UUIDv7, after the one of its key. */
  function age(token) {
    var bytes = atob(token.slice(0, 12).replace(/-/g, "+").replace(/_/g, "/"));
    var made = 0;
    for (var i = 1; i < 7; i += 1) made = made * 256 + bytes.charCodeAt(i);
    return (Date.now() - made) / 86400000;
  }

  function split(text) {
    return /^[A-Za-z0-9_-]+$/.test(text) && text.length % LENGTH === 0 ? text.match(/.{50}/g) : [];
  }

  /* The first click and the last ones stay: which of them earns is the program's rule, not ours. */
  function keep(text) {
    var kept = split(read(NAME)).filter(function (token) { return age(token) < days; });
    split(text).forEach(function (token) {
      if (kept.indexOf(token) < 0) kept.push(token);
      if (kept.length > MOST) kept.splice(1, 1);
    });
    return kept.join("");
  }

  function arrived() {
    var found = window.location.search.match(/[?&]fs_click=([^&]*)/);
    return found ? found[1] : "";
  }

  function click() {
    return isAgreed ? keep(arrived()) : "";
  }

  /* Carriers: where each kind of shop takes the token along. */

  function fillFields() {
    var value = click();
    if (!value) return;
    document.querySelectorAll('input[name="fs_click"]').forEach(function (input) { input.value = value; });
    document.querySelectorAll("stripe-buy-button, stripe-pricing-table").forEach(function (element) {
      element.setAttribute("client-reference-id", value);
    });
    document.querySelectorAll(".paddle_button").forEach(function (button) {
      var custom = {};
      try { custom = JSON.parse(button.dataset.customData || "{}"); } catch (unreadable) { return; }
      custom[NAME] = value;
      button.dataset.customData = JSON.stringify(custom);
    });
  }

  var LINKS = [
    [/(^|\.)stripe\.com$/, "client_reference_id"],
    [/(^|\.)lemonsqueezy\.com$/, "checkout[custom][fs_click]"],
    [/(^|\.)gumroad\.com$/, NAME]
  ];

  function markLink(event) {
    var link = event.target.closest && event.target.closest("a[href]");
    var value = link && click();
    if (!value) return;
    LINKS.forEach(function (one) {
      if (!one[0].test(link.hostname) && link.dataset.fsParameter !== one[1]) return;
      var url = new URL(link.href);
      url.searchParams.set(one[1], value);
      link.href = url.href;
    });
  }

  function tellShopify(value) {
    var root = (window.Shopify && window.Shopify.routes && window.Shopify.routes.root) || "/";
    if (told === value) return;
    told = value;
    window.fetch(root + "cart.js", { headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.json(); })
      .then(function (cart) {
        if (((cart.attributes || {})["_" + NAME] || "") === value) return null;
        var attributes = {};
        attributes["_" + NAME] = value;
        return window.fetch(root + "cart/update.js", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ attributes: attributes })
        });
      })
      .catch(function () { told = ""; /* the next change tries again */ });
  }

  /* A cart that was emptied has lost the token: every request that changes it is followed by a look. */
  function watchCart() {
    try {
      new PerformanceObserver(function (list) {
        if (!list.getEntries().some(function (one) { return /\/cart\/(add|change|clear)/.test(one.name); })) return;
        told = "";
        tellShopify(click());
      }).observe({ type: "resource" });
    } catch (unknown) { /* the next page looks */ }
  }

  function tellEcwid() {
    var value = click();
    if (!value) return;
    var ec = window.ec = window.ec || {};
    ec.order = ec.order || {};
    ec.order.extraFields = ec.order.extraFields || {};
    ec.order.extraFields[NAME] = { value: value };
    if (window.Ecwid && window.Ecwid.refreshConfig) window.Ecwid.refreshConfig();
  }

  function hand() {
    fillFields();
    if (data.store === "shopify" && click()) tellShopify(click());
    if (data.store === "ecwid") tellEcwid();
  }

  function consent(isGiven) {
    isAgreed = isGiven === true && !isRefusedByBrowser;
    if (isAgreed) {
      write(AGREED, "1");
      write(NAME, click());
      hand();
      return;
    }
    if (read(NAME) && data.store === "shopify") { told = null; tellShopify(""); }
    write(AGREED, "");
    write(NAME, "");
  }

  function start() {
    var privacy = window.Shopify && window.Shopify.customerPrivacy;
    var isKnown = data.consent === "given" || read(AGREED) === "1" ||
      (privacy && privacy.marketingAllowed && privacy.marketingAllowed());
    if (isRefusedByBrowser || window.fairshareConsent === false) consent(false);
    else if (isKnown || window.fairshareConsent === true) consent(true);
  }

  window.fairshare = { consent: consent, click: click };
  document.addEventListener("visitorConsentCollected", function (event) {
    consent(!!(event.detail && event.detail.marketingAllowed));
  });
  document.addEventListener("click", markLink, true);
  document.addEventListener("auxclick", markLink, true);
  document.addEventListener("submit", fillFields, true);
  window.addEventListener("pageshow", hand);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", hand);
  if (data.store === "shopify") watchCart();
  start();
})();
