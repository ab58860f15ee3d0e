// What pages need beside htmx. Everything here is a convenience: without it, forms and links do the same.
"use strict";

document.addEventListener("click", (event) => {
  const back = event.target.closest("[data-back]");
  if (back && history.length > 1) {
    event.preventDefault();
    history.back();
  }
  const copied = event.target.closest("[data-copy]");
  if (copied) {
    event.preventDefault();
    copy(copied);
  }
  const all = event.target.closest("[data-all]");
  if (all) {
    document.querySelectorAll(`input[type=checkbox][name="${all.dataset.all}"]`).forEach((box) => {
      box.checked = all.checked;
    });
  }
});

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  const text = "value" in source ? source.value : source.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without TLS browsers give no clipboard: what is selected can be copied by hand.
    const range = document.createRange();
    range.selectNodeContents(source);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    document.execCommand("copy");
  }
  const word = button.textContent;
  button.textContent = "已复制";
  setTimeout(() => { button.textContent = word; }, 2000);
}

// A form that was sent once is not sent twice by a second click.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
});

// "/" goes to the search box, as on many sites.
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) {
    const box = document.getElementById("q");
    if (box) { event.preventDefault(); box.focus(); box.select(); }
  }
});
