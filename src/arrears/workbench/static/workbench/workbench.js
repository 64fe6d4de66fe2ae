/* Keys, charts and self-submitting selects. Everything works without this file; it only makes it quicker. */
(() => {
  "use strict";
  const typing = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;

  /* j k Enter in the list; n to the next page or case; u back up; g + letter to a page; Ctrl-K or / to the search. */
  let awaitingPage = 0;
  const rows = () => [...document.querySelectorAll("[data-keyboard-list] tbody tr")];
  const chosen = () => rows().findIndex((row) => row.classList.contains("chosen"));
  function choose(index) {
    const all = rows();
    if (!all.length) return;
    const place = Math.max(0, Math.min(all.length - 1, index));
    all.forEach((row, at) => row.classList.toggle("chosen", at === place));
    const way = all[place].querySelector("a.way");
    way.focus({ preventScroll: true });
    all[place].scrollIntoView({ block: "nearest" });
  }
  const follow = (selector) => { const link = document.querySelector(selector); if (link) link.click(); };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      document.getElementById("q")?.select();
      return;
    }
    if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (Date.now() - awaitingPage < 1200) {
      awaitingPage = 0;
      const page = document.querySelector(`[data-keys="g ${event.key}"]`);
      if (page) { event.preventDefault(); page.click(); }
      return;
    }
    switch (event.key) {
      case "j": choose(chosen() + 1); break;
      case "k": choose(Math.max(0, chosen() - 1)); break;
      case "Enter": if (chosen() >= 0 && event.target.tagName !== "A") rows()[chosen()].querySelector("a.way").click(); break;
      case "n": follow("a[rel=next]"); break;
      case "p": follow("a[rel=prev]"); break;
      case "u": follow("[data-up]"); break;
      case "o": follow("[data-key=o]"); break;
      case "h": follow("[data-key=h]"); break;
      case "g": awaitingPage = Date.now(); break;
      case "/": event.preventDefault(); document.getElementById("q")?.select(); break;
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  /* A menu closes when the person goes elsewhere. */
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  /* Charts: the server's drawing stands until the interactive one is ready. */
  function drawCharts() {
    if (!window.drawArrearsChart) return;
    for (const figure of document.querySelectorAll("figure.chart")) {
      const picture = figure.querySelector(".chart-picture");
      const specification = JSON.parse(figure.querySelector(".chart-data").textContent);
      const room = document.createElement("div");
      window.drawArrearsChart(room, specification, { renderer: "svg", actions: false, ast: true, defaultStyle: false, tooltip: { theme: "custom", disableDefaultStyle: true } })
        .then(() => { picture.replaceChildren(room); figure.classList.add("live"); })
        .catch(() => { /* the drawing of the server stays */ });
    }
  }
  window.addEventListener("load", drawCharts);
})();
