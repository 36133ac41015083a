/* Forms whose proof is a passkey: the browser makes or shows it, the form carries it along.
   data-passkey is "create" or "get"; data-options holds what the server asks, or data-ask its address. */
(function () {
  "use strict";

  function toBytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (letter) { return letter.charCodeAt(0); });
  }

  function toText(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function readOptions(given) {
    var options = JSON.parse(JSON.stringify(given.publicKey));
    options.challenge = toBytes(options.challenge);
    if (options.user) { options.user.id = toBytes(options.user.id); }
    ["allowCredentials", "excludeCredentials"].forEach(function (name) {
      (options[name] || []).forEach(function (one) { one.id = toBytes(one.id); });
    });
    return { publicKey: options };
  }

  function askForPasskey(options) {
    options.publicKey.authenticatorSelection = Object.assign(
      {}, options.publicKey.authenticatorSelection,
      { residentKey: "required", requireResidentKey: true, userVerification: "required" });
    return options;
  }

  function writeCredential(credential) {
    var answer = credential.response, written = {};
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (answer[name]) { written[name] = toText(answer[name]); }
    });
    return JSON.stringify({
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      response: written,
      clientExtensionResults: credential.getClientExtensionResults()
    });
  }

  function fetchOptions(form) {
    if (form.dataset.options) { return Promise.resolve(JSON.parse(form.dataset.options)); }
    return fetch(form.dataset.ask, { headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.json(); })
      .then(function (found) { return found.request_options; });
  }

  function prove(form) {
    return fetchOptions(form).then(function (given) {
      var options = readOptions(given);
      return form.dataset.passkey === "create"
        ? navigator.credentials.create(askForPasskey(options))
        : navigator.credentials.get(options);
    });
  }

  document.querySelectorAll("form[data-passkey]").forEach(function (form) {
    if (!window.PublicKeyCredential) { return; }
    var failed = form.querySelector("[data-failed]");
    form.hidden = false;
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      if (failed) { failed.hidden = true; }
      prove(form).then(function (credential) {
        form.elements.credential.value = writeCredential(credential);
        form.submit();
      }).catch(function () { if (failed) { failed.hidden = false; } });
    });
  });
})();
