/* Small helpers over pages that work without them. No inline handlers: everything is delegated. */
(function () {
  "use strict";

  function announce(text) {
    var live = document.getElementById("announcer");
    live.textContent = "";
    window.setTimeout(function () { live.textContent = text; }, 50);
  }

  /* Copy buttons: <button data-copy="id of the text" hidden>. */
  function showCopyButtons(root) {
    if (!navigator.clipboard) return;
    root.querySelectorAll("[data-copy][hidden]").forEach(function (button) { button.hidden = false; });
  }

  function copy(button) {
    var source = document.getElementById(button.dataset.copy);
    var text = "value" in source ? source.value : source.textContent;
    navigator.clipboard.writeText(text.trim()).then(function () {
      announce(document.getElementById("announcer").dataset.copied);
      button.classList.add("is-done");
      window.setTimeout(function () { button.classList.remove("is-done"); }, 1500);
    });
  }

  /* Open the page behind a link with data-dialog in a dialog; the link still works on its own. */
  function openDialog(link) {
    fetch(link.href, { headers: { "X-Requested-With": "fetch" }, credentials: "same-origin" })
      .then(function (response) { return response.ok && !response.redirected ? response.text() : null; })
      .then(function (html) {
        var part = html && new DOMParser().parseFromString(html, "text/html").querySelector("[data-dialog-content]");
        if (!part) { window.location.assign(link.href); return; }
        var dialog = document.createElement("dialog");
        dialog.className = "dialog";
        dialog.setAttribute("aria-labelledby", part.getAttribute("aria-labelledby") || "");
        dialog.append(document.adoptNode(part));
        dialog.addEventListener("close", function () { dialog.remove(); link.focus(); });
        var form = dialog.querySelector("form");
        if (form && !form.getAttribute("action")) form.setAttribute("action", link.href);
        document.body.append(dialog);
        dialog.showModal();
      })
      .catch(function () { window.location.assign(link.href); });
  }

  document.addEventListener("click", function (event) {
    var target = event.target;
    var button = target.closest("[data-copy]");
    if (button) { copy(button); return; }
    if (target.closest("[data-reload]")) { event.preventDefault(); window.location.reload(); return; }
    var closer = target.closest("dialog [data-dialog-close]");
    if (closer) { event.preventDefault(); closer.closest("dialog").close(); return; }
    var link = target.closest("a[data-dialog]");
    var plain = !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0;
    if (link && plain) { event.preventDefault(); openDialog(link); return; }
    document.querySelectorAll("details[data-menu][open]").forEach(function (menu) {
      if (!menu.contains(target)) menu.open = false;
    });
  });

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      var menu = document.querySelector("details[data-menu][open]");
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
      return;
    }
    var typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      var search = document.querySelector("main [data-search]") || document.querySelector("[data-search]");
      if (search) { event.preventDefault(); search.focus(); }
    }
  });

  /* A form is sent once: the second press of its button does nothing. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method === "get" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.hasAttribute("hx-post")) return;
    form.dataset.sent = "1";
    window.setTimeout(function () { delete form.dataset.sent; }, 5000);
  });
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) return;
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  /* The tab one is on may stand beyond the edge of a narrow screen. */
  function showTab(tab) {
    var row = tab.closest(".tabs");
    var seen = row.getBoundingClientRect();
    var own = tab.getBoundingClientRect();
    if (own.left < seen.left) row.scrollLeft -= seen.left - own.left;
    if (own.right > seen.right) row.scrollLeft += own.right - seen.right;
  }

  function prepare(root) {
    showCopyButtons(root);
    root.querySelectorAll(".tabs [aria-current]").forEach(showTab);
    var summary = root.querySelector("[data-focus]");
    if (summary) summary.focus();
  }

  function showLoadError(event) {
    if (event.target.closest("[data-live]")) return;
    var target = event.detail.target;
    var note = document.getElementById("load-error");
    if (target && note) target.replaceChildren(note.content.cloneNode(true));
  }

  /* What asks again by itself rests while nobody looks, and never takes the focus away. */
  function rest(event) {
    var part = event.target.closest("[data-live]");
    if (part && (document.hidden || part.contains(document.activeElement))) event.preventDefault();
  }

  document.addEventListener("htmx:load", function (event) { prepare(event.target); });
  document.addEventListener("htmx:responseError", showLoadError);
  document.addEventListener("htmx:sendError", showLoadError);
  /* A list that follows its filters says what it holds now; the focus stays in the field. */
  document.addEventListener("htmx:afterSettle", function (event) {
    if (!event.detail.target || event.detail.target.id !== "results") return;
    var line = document.querySelector("#results .result-line, #results .blank h2");
    if (line) announce(line.textContent.trim().replace(/\s+/g, " "));
  });
  document.addEventListener("htmx:confirm", rest);
  document.addEventListener("htmx:beforeRequest", function (event) {
    event.detail.target.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    event.detail.target.removeAttribute("aria-busy");
  });
  prepare(document);
})();
