// The workbench's behaviour: shows what the simulator has, and hands on what people do. No library, no build step.
const POLL_MS = 600;
const SEEN = 'qinglian-seen';

const byId = (id) => document.getElementById(id);
const panesBox = byId('panes');
const doors = [...document.querySelectorAll('[data-open]')];
let open = document.body.dataset.panes.split(',').filter(Boolean);
let active = open[0];
let etag = '';
let state = null;

/* Talking to the simulator. */

async function ask(path, options = {}) {
  const answer = await fetch(path, options);
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.error || `模拟平台没有办成（${answer.status}）`);
  return body;
}

const post = (path, body) => ask(`/_sim/${path}`, {
  method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
});

async function refresh() {
  const answer = await fetch(`/_sim/workbench?panes=${open.join(',')}`, {
    headers: etag ? { 'If-None-Match': etag } : {}, cache: 'no-store',
  });
  if (answer.status !== 200) return;
  etag = answer.headers.get('ETag');
  state = await answer.json();
  show(state);
}

async function poll() {
  try {
    if (!document.hidden) await refresh();
    document.body.classList.remove('lost');
  } catch {
    document.body.classList.add('lost');
  }
  setTimeout(poll, POLL_MS);
}

// What somebody does: shown as under way in their pane, and what comes of it as a toast.
async function act(pane, words, work) {
  const busy = pane && pane.querySelector('.busy');
  if (busy) busy.textContent = words;
  try {
    const done = await work();
    if (done && done.toast) toast(done.toast.content || done.toast, done.toast.type);
    if (done && done.error) toast(`没有送到助手（${done.error}）`, 'error');
  } catch (error) {
    toast(error.message, 'error');
  } finally {
    if (busy) busy.textContent = '';
    await refresh().catch(() => {});
  }
}

function toast(words, kind = 'info') {
  const line = document.createElement('p');
  line.className = `toast ${kind}`;
  line.textContent = words;
  byId('toasts').append(line);
  setTimeout(() => line.remove(), 5000);
}

/* Showing what there is. */

function show(now) {
  showRestarting(now.restarting);
  byId('clock').textContent = now.clock;
  byId('back-to-now').hidden = !now.shifted;
  for (const name of open) showChat(paneOf(name), now.panes[name] || []);
  showUnread(now.heard);
  showHint(now.hint);
  showRecords(now.records);
  showFaults(now.faults);
}

// While everything is laid out anew nobody is there to answer: what is typed would be lost.
function showRestarting(words) {
  panesBox.inert = Boolean(words);
  document.body.classList.toggle('restarting', Boolean(words));
}

function showChat(pane, messages) {
  const box = pane.querySelector('.messages');
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  const had = new Map([...box.children].map((each) => [each.dataset.message, each]));
  let place = null;
  let news = 0;
  for (const message of messages) {
    let shown = had.get(message.id);
    had.delete(message.id);
    if (!shown || shown.dataset.rev !== message.rev) {
      const fresh = drawn(message.html);
      if (shown) shown.replaceWith(fresh); else news += 1;
      shown = fresh;
    }
    const next = place ? place.nextElementSibling : box.firstElementChild;
    if (shown !== next) box.insertBefore(shown, next);
    place = shown;
  }
  for (const gone of had.values()) gone.remove();
  pane.querySelector('.empty').hidden = messages.length > 0;
  const first = box.dataset.shown === undefined;
  if (news && (atEnd || first || pane.dataset.follow)) {
    toEnd(box, first || isStill);
    delete pane.dataset.follow;
  } else if (news) pane.querySelector('.news').hidden = false;
  box.dataset.shown = '';
}

function toEnd(box, atOnce) {
  box.scrollTo({ top: box.scrollHeight, behavior: atOnce ? 'instant' : 'smooth' });
  for (const picture of box.querySelectorAll('img')) {
    if (!picture.complete) picture.addEventListener('load', () => toEnd(box, atOnce), { once: true });
  }
}

function drawn(html) {
  const holder = document.createElement('template');
  holder.innerHTML = html.trim();
  return holder.content.firstElementChild;
}

function showUnread(heard) {
  const seen = JSON.parse(sessionStorage.getItem(SEEN) || '{}');
  for (const name of open) if (name === active || !isNarrow()) seen[name] = heard[name];
  for (const name of Object.keys(heard)) if (seen[name] > heard[name]) seen[name] = 0;
  sessionStorage.setItem(SEEN, JSON.stringify(seen));
  for (const door of doors) {
    const count = (heard[door.dataset.open] || 0) - (seen[door.dataset.open] || 0);
    const mark = door.querySelector('.unread');
    mark.hidden = count <= 0;
    mark.textContent = count > 0 ? `${count} 条未读` : '';
    door.classList.toggle('is-open', open.includes(door.dataset.open));
  }
  drawTabs(heard, seen);
}

function showHint(hint) {
  byId('hint').textContent = state.restarting || hint.words;
  const go = byId('go');
  go.hidden = !hint.pane && !hint.claim;
  go.textContent = hint.claim ? '看留痕' : '带我去';
  document.querySelectorAll('.is-wanted').forEach((each) => each.classList.remove('is-wanted'));
  if (!hint.press || !open.includes(hint.pane)) return;
  const wanted = `button[data-press="${CSS.escape(hint.press)}"]:not([disabled])`;
  const all = paneOf(hint.pane).querySelectorAll(wanted);
  if (all.length) all[all.length - 1].classList.add('is-wanted');
}

function showRecords(numbers) {
  byId('no-records').hidden = numbers.length > 0;
  const list = byId('records');
  if (list.dataset.shown === numbers.join()) return;
  list.dataset.shown = numbers.join();
  list.replaceChildren(...numbers.map((number) => {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = trailOf(number);
    link.target = '_blank';
    link.rel = 'noopener';
    link.textContent = number;
    item.append(link);
    return item;
  }));
}

const TRAILS = { BX: 'expense.trail', ZG: 'finding.trail', RW: 'duty.one' };
const trailOf = (number) => `${document.body.dataset.assistant}/views/${TRAILS[number.slice(0, 2)]}/${number}`;

function showFaults(faults) {
  const waiting = new Map(faults.map((each) => [each.kind, each.times]));
  for (const button of document.querySelectorAll('[data-fault]')) {
    button.setAttribute('aria-pressed', String(waiting.has(button.dataset.fault)));
  }
}

/* Panes. */

const isStill = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
const isNarrow = () => window.matchMedia('(max-width: 719px)').matches;
const paneOf = (name) => panesBox.querySelector(`[data-pane="${name}"]`) || addPane(name);

function addPane(name) {
  const door = doors.find((each) => each.dataset.open === name);
  const pane = byId('pane').content.firstElementChild.cloneNode(true);
  const [who, platform] = name.split('@');
  const about = door ? door.closest('li').querySelector('.person') : null;
  const called = about ? about.querySelector('b').textContent : who;
  pane.dataset.pane = name;
  pane.classList.add(platform);
  pane.querySelector('h3').textContent = `${called} · ${door ? door.firstChild.textContent : platform}`;
  pane.querySelector('.role').textContent = about ? about.querySelector('span').textContent : '';
  pane.setAttribute('aria-label', `${called}的聊天`);
  pane.querySelector('.messages').setAttribute('aria-label', `${called}的消息`);
  const box = pane.querySelector('.messages');
  box.addEventListener('scroll', () => {
    if (box.scrollHeight - box.scrollTop - box.clientHeight < 60) pane.querySelector('.news').hidden = true;
  });
  pane.querySelector('[data-close]').setAttribute('aria-label', `关上${called}的聊天`);
  pane.querySelector('input[type="file"]').accept = platform === 'wecom' ? 'image/*' : '';
  panesBox.append(pane);
  return pane;
}

function openPane(name, led = false) {
  if (!open.includes(name)) {
    const person = name.split('@')[0];
    const other = open.findIndex((each) => each.split('@')[0] === person);
    if (other >= 0) { closePane(open[other], true); open.splice(other, 0, name); } else open.push(name);
    if (open.length > room()) closePane(open.slice(1).find((each) => each !== name) || open[0], true);
  }
  active = name;
  remember();
  arrange();
  refresh().then(() => {
    const pane = paneOf(name);
    const wanted = led && pane.querySelector('.is-wanted');
    if (wanted) wanted.scrollIntoView({ block: 'center' });
    pane.querySelector('input[name="text"]').focus({ preventScroll: true });
  });
}

function closePane(name, quiet = false) {
  open = open.filter((each) => each !== name);
  const pane = panesBox.querySelector(`[data-pane="${name}"]`);
  if (pane) pane.remove();
  if (active === name) active = open[0];
  if (!quiet) { remember(); arrange(); }
}

const room = () => isNarrow() ? 6 : Math.max(1, Math.floor(panesBox.clientWidth / 300));

function remember() {
  etag = '';
  history.replaceState(null, '', `?panes=${open.join(',')}`);
}

// The order on the page is the order of the address; on a phone only the active one is shown.
function arrange() {
  for (const name of open) {
    const pane = paneOf(name);
    panesBox.append(pane);
    pane.classList.toggle('is-active', name === active);
  }
}

function drawTabs(heard, seen) {
  const tabs = byId('tabs');
  const wanted = open.map((name) => {
    const count = (heard[name] || 0) - (seen[name] || 0);
    return [name, paneOf(name).querySelector('h3').textContent.split(' · ')[0] + (count > 0 ? ` ${count}` : '')];
  });
  const key = JSON.stringify([wanted, active]);
  if (tabs.dataset.shown === key) return;
  tabs.dataset.shown = key;
  tabs.replaceChildren(...wanted.map(([name, words]) => {
    const tab = document.createElement('button');
    tab.type = 'button';
    tab.textContent = words;
    tab.setAttribute('aria-pressed', String(name === active));
    tab.addEventListener('click', () => openPane(name));
    return tab;
  }));
}

/* What people do. */

const at = (pane) => {
  const [person, platform] = pane.dataset.pane.split('@');
  return { person, platform };
};

function say(pane, text) {
  pane.dataset.follow = 'yes';
  return act(pane, '正在发送…', () => post('say', { ...at(pane), text }));
}

async function press(button) {
  const pane = button.closest('.pane');
  const message = button.closest('.message');
  const form = button.form;
  if (form && form.dataset.form !== undefined) {
    for (const field of form.elements) field.setCustomValidity('');
    if (!form.reportValidity()) return;
  }
  if (button.dataset.confirmTitle || button.dataset.confirmText) {
    if (!await agreed(button.dataset.confirmTitle, button.dataset.confirmText)) return;
  }
  if (button.dataset.url) { window.open(button.dataset.url, '_blank', 'noopener'); return; }
  button.classList.add('is-pressed');
  const asked = { ...at(pane), label: button.dataset.press, message_id: message.dataset.message };
  await act(pane, '正在送达…', () => post('click', { ...asked, values: form ? filled(form) : {} }));
  button.classList.remove('is-pressed');
}

function filled(form) {
  const values = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled) continue;
    if (field.dataset.many !== undefined) {
      values[field.name] = (values[field.name] || []).concat(field.checked ? [field.value] : []);
    } else if (field.type === 'radio') {
      if (field.checked) values[field.name] = field.value;
    } else values[field.name] = field.type === 'checkbox' ? field.checked : field.value;
  }
  return values;
}

function agreed(title, text) {
  const dialog = byId('confirm');
  byId('confirm-title').textContent = title || '再确认一下';
  byId('confirm-text').textContent = text || '';
  dialog.showModal();
  return new Promise((answer) => {
    dialog.onclick = (event) => {
      if (event.target.value) { dialog.close(event.target.value); }
    };
    dialog.onclose = () => answer(dialog.returnValue === 'yes');
    dialog.returnValue = '';
  });
}

function upload(pane, file) {
  const body = new FormData();
  const kind = file.type.startsWith('image/') ? 'image' : 'file';
  for (const [name, value] of Object.entries({ ...at(pane), kind })) body.append(name, value);
  body.append('file', file, file.name);
  return act(pane, `正在发送 ${file.name}…`, () => ask('/_sim/upload', { method: 'POST', body }));
}

panesBox.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  const pane = button.closest('.pane');
  if (button.dataset.press !== undefined) { event.preventDefault(); press(button); }
  if (button.dataset.say) say(pane, button.dataset.say);
  if (button.classList.contains('news')) toEnd(pane.querySelector('.messages'), isStill);
  if (button.dataset.close !== undefined) closePane(pane.dataset.pane);
});

panesBox.addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.target;
  if (!form.classList.contains('composer')) return;
  const words = form.elements.text.value.trim();
  if (!words) return;
  form.elements.text.value = '';
  say(form.closest('.pane'), words);
});

// In the words of the page, whatever language the browser speaks.
panesBox.addEventListener('invalid', (event) => event.target.setCustomValidity('请先填好这一项'), true);
panesBox.addEventListener('input', (event) => event.target.setCustomValidity(''));

panesBox.addEventListener('change', (event) => {
  if (event.target.type !== 'file' || !event.target.files.length) return;
  for (const file of event.target.files) upload(event.target.closest('.pane'), file);
  event.target.value = '';
});

document.querySelector('.side').addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.dataset.open) openPane(button.dataset.open);
  if (button.dataset.fault) {
    const on = button.getAttribute('aria-pressed') === 'true';
    act(null, '', () => on ? ask('/_sim/fault', { method: 'DELETE' }) : post('fault', { kind: button.dataset.fault }));
  }
  if (button.id === 'no-faults') act(null, '', () => ask('/_sim/fault', { method: 'DELETE' }));
  if (button.id === 'redeliver') act(null, '', () => post('redeliver', {}));
  if (button.id === 'restart') startOver(button);
});

document.querySelector('.moves').addEventListener('click', (event) => {
  const move = event.target.dataset.move;
  if (move) act(null, '', () => post('workbench/clock', { move }));
});

byId('go').addEventListener('click', () => {
  const hint = state.hint;
  if (hint.claim) { window.open(trailOf(hint.claim), '_blank', 'noopener'); return; }
  openPane(hint.pane, true);
});

byId('close-guide').addEventListener('click', () => { byId('guide').hidden = true; });

async function startOver(button) {
  if (!await agreed('从头开始', '所有聊天、单子和留痕都会清除，时钟回到现在。')) return;
  button.disabled = true;
  try {
    await post('restart', {});
    for (let told = { state: 'busy', words: '' }; told.state === 'busy';) {
      button.textContent = told.words || '正在重新布置…';
      await new Promise((after) => setTimeout(after, 300));
      told = await ask('/_sim/restart');
      if (told.state === 'failed') throw new Error(told.words);
    }
    sessionStorage.removeItem(SEEN);
    window.location.reload();
  } catch (error) {
    toast(error.message, 'error');
    button.disabled = false;
    button.textContent = '从头开始';
  }
}

if (isNarrow()) document.querySelectorAll('.side details, .moves').forEach((each) => { each.open = false; });
arrange();
poll();

// The passer-by's phone: the public page in a frame, loaded when it is wanted.
const passer = byId('passer');
byId('open-passer').addEventListener('click', () => {
  const frame = passer.querySelector('iframe');
  frame.src ||= frame.dataset.src;
  passer.hidden = false;
  passer.classList.add('is-active');
  passer.scrollIntoView({ inline: 'start' });
});
byId('close-passer').addEventListener('click', () => {
  passer.hidden = true;
  passer.classList.remove('is-active');
});
