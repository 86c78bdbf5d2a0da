/* Keeps what is typed on the page of a form, and sends its files one by one. Written for old in-app browsers
   (ECMAScript 5). Without it the page works by plain submits. */
(function () {
  'use strict';

  var SAVE_AFTER_MS = 800, AGAIN_AFTER_MS = 5000, PATIENCE_MS = 15000;
  var OFFLINE = '网络断了，内容留在这台手机上，连上后自动保存';

  function byId(id) { return document.getElementById(id); }

  // A phone may forbid or lack storage: the page works without.
  function onPhone(work) {
    try { return work(window.localStorage); } catch (error) { return null; }
  }

  function copyName(key) { return 'qinglian-form-' + key; }

  var done = document.body.getAttribute('data-done');
  if (done) {
    onPhone(function (storage) { storage.removeItem(copyName(done)); });
    return;
  }
  var form = byId('form');
  if (!form) { return; }

  var address = form.getAttribute('action'), limit = Number(form.getAttribute('data-limit'));
  var copy = copyName(document.body.getAttribute('data-key'));
  var fields = form.querySelectorAll('[data-answer]');
  var isTyped = document.body.getAttribute('data-typed') !== null;
  var handingIn = false, ended = false;

  // A page that answers a POST and may not be stored cannot be gone back to; the form under its link can.
  if (isTyped && window.history.replaceState) { window.history.replaceState(null, '', address); }

  function post(path, body, finished, type) {
    var request = new XMLHttpRequest();
    request.open('POST', address + path);
    request.setRequestHeader('Accept', 'application/json');
    if (type) { request.setRequestHeader('Content-Type', type); }
    request.onload = function () { finished(request.status, told(request.responseText)); };
    request.onerror = request.ontimeout = function () { finished(0, {}); };
    if (type) { request.timeout = PATIENCE_MS; }
    request.send(body);
    return request;
  }

  function told(text) {
    try { return JSON.parse(text) || {}; } catch (error) { return {}; }
  }

  function isOver(status) { return status === 403 || status === 404 || status === 410; }

  /* What is typed: kept with the draft, and on this phone until it is. */

  var savedLine = byId('saved'), kept = typed(), tooLong = null, sending = false, timer = null;

  function typed() {
    var pairs = [], at;
    for (at = 0; at < fields.length; at += 1) {
      pairs.push(encodeURIComponent(fields[at].name) + '=' + encodeURIComponent(fields[at].value));
    }
    return pairs.join('&');
  }

  function copyDown(isKept) {
    var answers = {}, at;
    for (at = 0; at < fields.length; at += 1) { answers[fields[at].name] = fields[at].value; }
    onPhone(function (storage) { storage.setItem(copy, JSON.stringify({ answers: answers, kept: isKept })); });
  }

  function putBack() {
    var text = onPhone(function (storage) { return storage.getItem(copy); }), was = told(text || ''), at;
    if (!was.answers || was.kept || isTyped) { return; }
    for (at = 0; at < fields.length; at += 1) {
      if (typeof was.answers[fields[at].name] === 'string') { fields[at].value = was.answers[fields[at].name]; }
    }
  }

  // A copy under another link was kept with the draft: nothing is lost with it.
  function sweep() {
    onPhone(function (storage) {
      Object.keys(storage).forEach(function (name) {
        if (name.indexOf(copyName('')) === 0 && name !== copy && told(storage.getItem(name)).kept) {
          storage.removeItem(name);
        }
      });
    });
  }

  function say(words) { if (savedLine.textContent !== words) { savedLine.textContent = words; } }

  // As the server counts: a sign outside the basic plane is one.
  function signs(text) { return text.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g, ' ').length; }

  function count() {
    var at, line, size, most;
    for (at = 0; at < fields.length; at += 1) {
      line = byId('count-' + fields[at].name);
      if (line) {
        size = signs(fields[at].value);
        most = Number(line.getAttribute('data-limit'));
        line.textContent = size + '/' + most + (size > most ? '，多了 ' + (size - most) + ' 字，请删短' : '');
        line.className = size > most ? 'problem' : 'aside';
      }
    }
  }

  function changed() {
    copyDown(false);
    window.clearTimeout(timer);
    timer = window.setTimeout(save, SAVE_AFTER_MS);
  }

  function save() {
    var now = typed();
    if (ended || handingIn || sending) { return; }
    if (now === kept) { copyDown(now !== tooLong); return; }
    sending = true;
    post('/draft', now, function (status, answer) {
      sending = false;
      if (isOver(status)) {
        ended = true;
        say(answer.error || '这个页面已经结束，请回到聊天');
      } else if (status === 422) {
        kept = tooLong = now;
        if (typed() === now) { say(answer.error); } else { save(); }
      } else if (status !== 204) {
        say(OFFLINE);
        timer = window.setTimeout(save, AGAIN_AFTER_MS);
      } else {
        kept = now;
        tooLong = null;
        if (typed() === now) { copyDown(true); say('已保存'); } else { save(); }
      }
    }, 'application/x-www-form-urlencoded');
  }

  function leave() {
    var data, at;
    if (ended || handingIn || typed() === kept || !navigator.sendBeacon) { return; }
    data = new FormData();
    for (at = 0; at < fields.length; at += 1) { data.append(fields[at].name, fields[at].value); }
    navigator.sendBeacon(address + '/draft', data);
  }

  form.addEventListener('input', count);
  form.addEventListener('input', changed);
  form.addEventListener('change', function (event) { if (event.target !== chooser) { changed(); } });
  window.addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', function () { if (document.hidden) { leave(); } });
  window.addEventListener('online', save);
  window.addEventListener('offline', function () { say(OFFLINE); });
  window.addEventListener('pageshow', function () { handingIn = false; });

  form.addEventListener('submit', function (event) {
    var waits = handingIn || '';
    if (navigator.onLine === false) { waits = OFFLINE + '，再点一次提交'; }
    if (queue.length) { waits = '还有文件没有传完：请等一下，或取消它'; }
    if (waits) {
      event.preventDefault();
      if (waits !== true) { say(waits); }
      return;
    }
    handingIn = true;
    copyDown(false);
  });

  /* Files: sent in the background, one at a time. */

  var chooser = form.querySelector('input[type="file"]'), queue = [], current = null;
  var list = byId('enclosed'), uploads = byId('uploads'), toldLine = byId('told');

  function megabytes(size) { return (size / 1024 / 1024).toFixed(1) + ' MB'; }

  function sizeWords(size) {
    return size >= 1024 * 1024 ? megabytes(size) : Math.max(1, Math.round(size / 1024)) + ' KB';
  }

  function add(parent, tag, words, look) {
    var made = document.createElement(tag);
    made.textContent = words;
    if (look) { made.className = look; }
    parent.appendChild(made);
    parent.appendChild(document.createTextNode(' '));
    return made;
  }

  function addButton(parent, label, about, pressed) {
    var made = add(parent, 'button', label, 'plain');
    made.type = 'button';
    made.setAttribute('aria-label', label + ' ' + about);
    made.addEventListener('click', pressed);
    return made;
  }

  function draw(files) {
    list.textContent = '';
    files.forEach(function (file) {
      var row = document.createElement('li');
      add(row, 'span', file.name, 'name');
      add(row, 'span', sizeWords(file.size), 'aside');
      addButton(row, '删除', file.name, function () { remove(file.key, file.name); });
      list.appendChild(row);
    });
  }

  function remove(key, name) {
    toldLine.textContent = '正在删除 ' + name;
    post('/files', '_take=' + encodeURIComponent(key), function (status, answer) {
      if (status === 200) {
        draw(answer.files);
        toldLine.textContent = '已删除 ' + name;
        chooser.focus();
      } else {
        toldLine.textContent = answer.error || '没有删掉：网络断了，请再试一次';
      }
    }, 'application/x-www-form-urlencoded');
  }

  function enqueue(file) {
    var item = { file: file, row: document.createElement('li'), request: null };
    uploads.appendChild(item.row);
    if (file.size > limit) {
      failed(item, '文件超过 ' + limit / 1024 / 1024 + ' MB', false);
      return;
    }
    queue.push(item);
    waiting(item);
    next();
  }

  function waiting(item) {
    item.row.textContent = '';
    add(item.row, 'span', item.file.name, 'name');
    item.bar = document.createElement('progress');
    item.bar.max = 100;
    item.bar.value = 0;
    item.bar.setAttribute('aria-label', '上传 ' + item.file.name);
    item.row.appendChild(item.bar);
    item.words = add(item.row, 'span', '等待上传', 'aside');
    addButton(item.row, '取消', item.file.name, function () { drop(item); });
  }

  function drop(item) {
    queue = queue.filter(function (each) { return each !== item; });
    uploads.removeChild(item.row);
    if (current === item) {
      current = null;
      item.request.abort();
      next();
    }
    toldLine.textContent = '已取消 ' + item.file.name;
    chooser.focus();
  }

  function failed(item, why, mayRetry) {
    queue = queue.filter(function (each) { return each !== item; });
    item.row.textContent = '';
    add(item.row, 'span', item.file.name, 'name');
    add(item.row, 'p', why, 'problem').setAttribute('role', 'alert');
    if (mayRetry) {
      addButton(item.row, '重试', item.file.name, function () {
        queue.push(item);
        waiting(item);
        next();
      });
    }
    addButton(item.row, '不要了', item.file.name, function () { drop(item); });
  }

  function next() {
    var item, data;
    if (current || !queue.length) { return; }
    item = current = queue[0];
    data = new FormData();
    data.append('_files', item.file, item.file.name);
    item.words.textContent = '正在上传';
    item.request = post('/files', data, function (status, answer) { sent(item, status, answer); });
    item.request.upload.onprogress = function (event) {
      var part = event.lengthComputable ? Math.floor(event.loaded / event.total * 100) : 0;
      item.bar.value = part;
      item.words.textContent = part + '%（' + sizeWords(event.loaded) + ' / ' + sizeWords(event.total) + '）';
    };
  }

  function sent(item, status, answer) {
    if (current !== item) { return; }
    current = null;
    if (answer.files) { draw(answer.files); }
    if (status === 200) {
      queue.shift();
      uploads.removeChild(item.row);
      toldLine.textContent = '已上传 ' + item.file.name;
    } else if (status === 413) {
      failed(item, '文件超过 ' + limit / 1024 / 1024 + ' MB', false);
    } else {
      failed(item, answer.error || '没有传上去：网络断了', !answer.error);
    }
    next();
  }

  function takeOver() {
    var shown = list.querySelectorAll('button'), send = byId('send'), at;
    var label = form.querySelector('label[for="' + chooser.id + '"]');
    send.parentNode.removeChild(send);
    chooser.removeAttribute('name');
    chooser.className = 'unseen';
    label.className = 'chooser';
    chooser.addEventListener('focus', function () { label.className = 'chooser focus'; });
    chooser.addEventListener('blur', function () { label.className = 'chooser'; });
    for (at = 0; at < shown.length; at += 1) { mind(shown[at]); }
    chooser.addEventListener('change', function () {
      Array.prototype.forEach.call(chooser.files, enqueue);
      chooser.value = '';
    });
  }

  function mind(button) {
    button.addEventListener('click', function (event) {
      event.preventDefault();
      remove(button.value, button.getAttribute('aria-label').replace('删除 ', ''));
    });
  }

  if (chooser) { takeOver(); }
  sweep();
  putBack();
  count();
  if (isTyped) { kept = ''; }
  if (typed() === kept) { say('填写的内容会自动保存'); } else { changed(); }
}());
