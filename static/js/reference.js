/* Draws the reference of the API in place of its short table, once somebody asks for it. */
(() => {
  "use strict";
  /* Its pictures are texts in the sheet, which our policy does not load; what they leave empty goes.
     It is drawn for paper that is white, whatever the theme. */
  const ours =
    ".swagger-ui { background: #fff; border-radius: 8px; padding: 1px 8px; overflow-x: auto }" +
    ".swagger-ui .copy-to-clipboard { display: none }";
  const dress = async (address) => {
    const text = await (await fetch(address)).text();
    const sheet = new CSSStyleSheet();
    const plain = text.replace(/url\(("data:(?:[^"\\]|\\.)*"|'data:(?:[^'\\]|\\.)*'|data:[^)]*)\)/g, "none");
    sheet.replaceSync(plain + ours);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  };
  const button = document.querySelector("[data-reference]");
  if (!button) return;
  const facts = button.dataset;
  const place = document.getElementById(facts.place);
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    const script = document.createElement("script");
    script.src = facts.script;
    script.addEventListener("load", () => {
      const drawn = document.createElement("div");
      place.replaceChildren(drawn);
      button.remove();
      SwaggerUIBundle({
        url: facts.reference,
        domNode: drawn,
        docExpansion: "list",
        defaultModelsExpandDepth: 0,
        persistAuthorization: false,
        validatorUrl: null,
      });
    });
    script.addEventListener("error", () => {
      button.disabled = false;
    });
    dress(facts.style);
    document.head.append(script);
  });
})();
