// Behaviour of the workbench's pages: keyboard on lists, ticking all, asking before what cannot be taken back.
"use strict";
(function () {
  let place = -1;
  const rows = () => Array.from(document.querySelectorAll("table[data-keys] tbody tr[data-href]"));
  const typing = (el) => el && (/^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName) || el.isContentEditable);

  function go(step) {
    const all = rows();
    if (!all.length) return;
    place = Math.max(0, Math.min(all.length - 1, place + step));
    all.forEach((row, i) => row.classList.toggle("current", i === place));
    all[place].scrollIntoView({ block: "nearest" });
    const link = all[place].querySelector("a");
    if (link) link.focus({ preventScroll: true });
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && typing(document.activeElement)) return document.activeElement.blur();
    if (typing(document.activeElement)) return;
    const search = document.querySelector("[data-search]");
    if (event.key === "/" && search) { event.preventDefault(); search.focus(); search.select(); }
    else if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "x" && place >= 0) { const box = rows()[place].querySelector("input[type=checkbox]"); if (box) box.click(); }
    else if (event.key === "Enter" && place >= 0 && document.activeElement.tagName !== "A" && document.activeElement.tagName !== "BUTTON") {
      const row = rows()[place];
      if (row) window.location.href = row.dataset.href;
    }
  });

  document.addEventListener("click", function (event) {
    const all = event.target.closest("[data-tick-all]");
    if (all) document.querySelectorAll("input[name=" + all.dataset.tickAll + "]").forEach((box) => { box.checked = all.checked; });
    if (event.target.closest("[data-print]")) window.print();
  });

  document.addEventListener("submit", function (event) {
    const question = event.target.dataset && event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
    // filters change the address without loading the page anew: what a form tells of "here" is read when it is sent
    event.target.querySelectorAll("input[data-here]").forEach(function (field) {
      field.value = field.dataset.here === "query" ? window.location.search.slice(1) : window.location.pathname + window.location.search;
    });
  }, true);

  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-submit]")) event.target.form.submit();
  });

  document.addEventListener("htmx:afterSwap", function () { place = -1; });
  document.addEventListener("htmx:configRequest", function (event) {
    const token = document.querySelector("meta[name=csrf]");
    if (token) event.detail.headers["X-CSRFToken"] = token.content;
  });
})();
