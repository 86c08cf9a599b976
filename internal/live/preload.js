'use strict';
// Runs inside every Node process that package live starts, before its program.

const fs = require('fs');
const Module = require('module');
const net = require('net');

// Ends this process with the one that started it. A pipe closes when its writer
// dies, whatever it dies of and on every system, so that is what is watched. The
// writer says "bye" first when it is alive and tidies up itself. Losing its
// database can end the server before it is told, so the folder goes at any exit
// but a good one.
let bye = false;
process.stdin.on('data', (chunk) => { bye = bye || String(chunk).includes('bye'); });
process.stdin.on('end', () => process.exit(1));
process.stdin.on('error', () => process.exit(1));
process.on('exit', (code) => {
  if (bye || code === 0) return;
  try {
    fs.rmSync(process.env.LIVE_DIR, { recursive: true, force: true, maxRetries: 5 });
  } catch {
    // A database that is still open, on Windows: its owner lives and removes it.
  }
});
process.stdin.unref();

// The server listens on every interface of the machine. A test has no business
// with the network.
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  if (typeof port !== 'number') return listen.call(this, port, ...rest);
  const ready = rest.filter((arg) => typeof arg === 'function');
  return listen.call(this, { port, host: '127.0.0.1' }, ...ready);
};

// Keeps it from going anywhere but to the two stores of its test: some of its
// parts try localhost by default, where a developer may run a MongoDB or a broker
// of their own. The attempts wait for ever, since refused ones are tried again
// and complained about every second.
if (process.env.LIVE_STORES) {
  const stores = process.env.LIVE_STORES.split(',');
  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function (...args) {
    const first = Array.isArray(args[0]) ? args[0][0] : args[0];
    const to = typeof first === 'object' ? first : { port: args[0], host: args[1] };
    if (stores.includes(`${to.host}:${to.port}`)) return connect.apply(this, args);
    this.connecting = true; // or a write would fail, and not wait
    return this;
  };
}

// Answers two names without touching the installed packages: the closed module
// is ours when there is a stand-in for it, and sharp, which is installed without
// its native part, is an empty function. The tests send no pictures.
const load = Module._load;
Module._load = function (name, ...rest) {
  if (name === '@tiledesk-ent/tiledesk-server-jwthistory' && process.env.LIVE_STANDIN) {
    return load.call(this, process.env.LIVE_STANDIN, ...rest);
  }
  let loaded;
  try {
    loaded = load.call(this, name, ...rest);
  } catch (err) {
    if (name === 'sharp') return () => {};
    throw err;
  }
  // It gives up an operation after ten seconds without a database, which a busy
  // machine can take to connect, and the server dies of it.
  if (name === 'mongoose') loaded.set('bufferTimeoutMS', 120000);
  return loaded;
};
