// Sends chosen files in pieces before their form, and goes on where a broken line stopped, also after a reload.
// Without this script the form brings its files itself. The protocol is described in docs/console.md.
"use strict";

const PIECE = 2 * 1024 * 1024;
const TRIES = 8;
const IGNORED = /^(\.DS_Store|Thumbs\.db|desktop\.ini|~\$.*)$/i;
const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF-Token"];
const pause = (seconds) => new Promise((done) => { setTimeout(done, seconds * 1000); });
const sized = (count) => count >= 1e6 ? `${(count / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(count / 1e3))} KB`;
const remembered = (file) => `zhengji-upload:${file.name}:${file.size}:${file.lastModified}`;

class Refused extends Error {}

async function asked(address, options) {
  const answer = await fetch(address, { ...options, headers: { "X-CSRF-Token": token(), ...(options || {}).headers } });
  const kind = answer.headers.get("content-type") || "";
  if (answer.redirected) throw new Refused("登录已过期，请重新登录；再选这些文件会接着传");
  const said = kind.includes("json") ? await answer.json() : { said: "页面过期了，请刷新后再试" };
  return { status: answer.status, said };
}

// What is here already of a file that was begun before, in this browser, by whoever is signed in; else a new upload.
async function begun(file) {
  const key = localStorage.getItem(remembered(file));
  if (key) {
    const there = await asked(`/add/uploads/${encodeURIComponent(key)}`);
    if (there.status === 200) return there.said;
    localStorage.removeItem(remembered(file));
  }
  const body = new URLSearchParams({ name: file.name, size: String(file.size) });
  const made = await asked("/add/uploads", { method: "POST", body });
  if (made.status !== 201) throw new Refused(made.said.said);
  localStorage.setItem(remembered(file), made.said.id);
  return made.said;
}

async function sent(file, tell) {
  let upload = null;
  for (let left = TRIES; ;) {
    try {
      // After a break the server says how far it came.
      upload = upload && upload.sure ? upload : await begun(file);
      tell(upload.offset);
      if (upload.offset >= file.size) return upload.id;
      const answer = await asked(`/add/uploads/${upload.id}`, {
        method: "POST",
        headers: { "Upload-Offset": String(upload.offset), "Content-Type": "application/octet-stream" },
        body: file.slice(upload.offset, upload.offset + PIECE),
      });
      if (answer.status === 200) {
        upload = { ...answer.said, sure: true };
        left = TRIES;
      } else if (answer.status === 409 || answer.status === 400) {
        upload = null;
        if (--left <= 0) throw new Refused(answer.said.said);
      } else {
        throw new Refused(answer.said.said);
      }
    } catch (error) {
      if (error instanceof Refused || --left <= 0) throw error;
      upload = null;
      tell(null);
      await pause(TRIES - left);
    }
  }
}

// Files of a dropped folder, with those of its subfolders.
async function within(entry) {
  if (entry.isFile) return [await new Promise((done, failed) => { entry.file(done, failed); })];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((done, failed) => { reader.readEntries(done, failed); });
    if (!some.length) break;
    found.push(...some);
  }
  const lists = [];
  for (const one of found) lists.push(await within(one));
  return lists.flat();
}

async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  const lists = [];
  for (const entry of entries) lists.push(await within(entry));
  return lists.flat();
}

function prepared(form) {
  const list = form.querySelector("[data-chosen]");
  const trouble = form.querySelector("[data-upload-trouble]");
  const button = form.querySelector("button[data-word]");
  const inputs = [...form.querySelectorAll("input[type=file]")];
  const rows = new Map();
  const keys = new Map();

  function add(files) {
    for (const file of files) {
      const same = [...rows.keys()].some((one) => remembered(one) === remembered(file));
      if (same || IGNORED.test(file.name)) continue;
      const row = document.createElement("li");
      const name = document.createElement("span");
      const far = document.createElement("progress");
      const said = document.createElement("span");
      const away = document.createElement("button");
      name.className = "wrap";
      name.textContent = file.name;
      far.max = file.size || 1;
      far.value = 0;
      far.setAttribute("aria-label", file.name);
      said.className = "soft small";
      said.textContent = sized(file.size);
      away.type = "button";
      away.className = "quiet";
      away.textContent = "去掉";
      away.addEventListener("click", () => { rows.delete(file); row.remove(); list.hidden = !rows.size; });
      row.append(name, far, said, away);
      list.append(row);
      rows.set(file, { row, far, said, away });
    }
    list.hidden = !rows.size;
  }

  inputs.forEach((input) => {
    // Sent by this script, not by the form.
    input.addEventListener("change", () => { add([...input.files]); input.value = ""; });
  });
  const zone = form.querySelector("[data-drop]");
  if (zone) {
    zone.querySelector("[data-drop-hint]").hidden = false;
    ["dragenter", "dragover"].forEach((kind) => zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    }));
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", async (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      add(await dropped(event.dataTransfer));
    });
  }

  async function all() {
    for (const [file, shown] of rows) {
      if (keys.has(file)) continue;
      shown.away.hidden = true;
      const key = await sent(file, (offset) => {
        if (offset === null) { shown.said.textContent = "连接断了，正在重试……"; return; }
        shown.far.value = offset;
        shown.said.textContent = `${sized(offset)} / ${sized(file.size)}`;
      });
      keys.set(file, key);
      shown.said.textContent = `${sized(file.size)}，已传完`;
    }
  }

  form.addEventListener("submit", async (event) => {
    if (!rows.size) return;
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    button.textContent = "正在上传……";
    trouble.hidden = true;
    try {
      await all();
      for (const key of new Set(keys.values())) {
        const there = [...form.querySelectorAll("input[name=upload]")].find((one) => one.value === key);
        if (there) { there.checked = true; continue; }
        const hidden = document.createElement("input");
        hidden.type = "hidden";
        hidden.name = "upload";
        hidden.value = key;
        form.append(hidden);
      }
      for (const file of rows.keys()) localStorage.removeItem(remembered(file));
      inputs.forEach((input) => { input.disabled = true; });
      form.submit();
    } catch (error) {
      trouble.textContent = error instanceof Refused ? error.message : "连不上服务器，请稍后再按一次，会从断开的地方接着传";
      trouble.hidden = false;
      button.disabled = false;
      button.textContent = button.dataset.word;
      rows.forEach((shown, file) => { shown.away.hidden = keys.has(file); });
    }
  });
  // Whoever comes back by the browser's own way finds the form as it was.
  window.addEventListener("pageshow", () => {
    button.disabled = false;
    button.textContent = button.dataset.word;
    inputs.forEach((input) => { input.disabled = false; });
  });
}

document.querySelectorAll("form[data-upload]").forEach(prepared);
// A file that is dropped beside the place for it would replace the page.
["dragover", "drop"].forEach((kind) => document.addEventListener(kind, (event) => {
  if (!event.target.closest("[data-drop], input[type=file]")) event.preventDefault();
}));
