/* Keys in lists to work through. They do something only while the focus is inside such a list, and
   can be switched off in this browser. Without this file every action is a link or a button. */
(function () {
  "use strict";

  var OFF = "fs_keys_off";
  var help = document.getElementById("keys");
  if (!help) return;
  var isOn = help.querySelector("[data-keys-on]");
  var TYPED = "textarea, select, [contenteditable], input:not([type=checkbox])";

  function read() { try { return window.localStorage.getItem(OFF) !== "1"; } catch (error) { return true; } }
  function keep(on) { try { window.localStorage.setItem(OFF, on ? "0" : "1"); } catch (error) { return; } }

  function itemOf(element) {
    var list = element.closest("[data-queue]");
    while (element && element.parentElement !== list) element = element.parentElement;
    return element;
  }

  function move(item, forward) {
    var next = forward ? item.nextElementSibling : item.previousElementSibling;
    var target = next && (next.matches("[tabindex]") ? next : next.querySelector("a[href]"));
    if (target) { target.focus(); target.scrollIntoView({ block: "nearest" }); }
  }

  function press(item, name) {
    var target = item.querySelector("[data-key='" + name + "']");
    if (target) target.click();
  }

  /* A link or button has its own Enter; an item that holds the focus itself opens its page. */
  function open(item, target) {
    if (target !== item) return;
    var link = item.querySelector("[data-key='open']");
    if (link) link.click();
  }

  function select(item) {
    var box = item.querySelector("input[type=checkbox]");
    if (box) box.click();
  }

  var ACTIONS = {
    j: function (item) { move(item, true); },
    ArrowDown: function (item) { move(item, true); },
    k: function (item) { move(item, false); },
    ArrowUp: function (item) { move(item, false); },
    Enter: open,
    x: select,
    a: function (item) { press(item, "a"); },
    r: function (item) { press(item, "r"); },
    "?": function () { help.showModal(); }
  };

  document.addEventListener("keydown", function (event) {
    var target = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || !isOn.checked) return;
    if (!target.closest("[data-queue]") || target.closest(TYPED)) return;
    var act = ACTIONS[event.key];
    var item = act && itemOf(target);
    if (!item) return;
    if (event.key !== "Enter") event.preventDefault();
    act(item, target);
  });

  isOn.checked = read();
  isOn.addEventListener("change", function () { keep(isOn.checked); });
  document.querySelectorAll("[data-keys-help]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { help.showModal(); });
  });
})();
