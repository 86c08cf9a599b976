'use strict';
// A stand-in for @tiledesk-ent/tiledesk-server-jwthistory, which is not public.
// It exports what the open server asks that module for, and answers the way the
// server's other list routes do. Whatever nobody outside can know is a switch,
// see standin.go.

const crypto = require('crypto');

// The server's own copies: a second mongoose would know no connection.
const jwt = require.main.require('jsonwebtoken');
const mongoose = require.main.require('mongoose');
const express = require.main.require('express');
const authEvent = require.main.require('../event/authEvent');

const ACTIVE = 100;
const REVOKED = -1;

const hideRevoked = process.env.STANDIN_REVOKED === 'hide';
const bareArray = process.env.STANDIN_LIST === 'array';
const sortParam = process.env.STANDIN_SORT_PARAM || 'sortField';
const secondRevoke = Number(process.env.STANDIN_SECOND_REVOKE || 200);
const perPage = Number(process.env.STANDIN_PAGE_SIZE || 40);
const firstPage = Number(process.env.STANDIN_FIRST_PAGE || 0);
const recordNothing = process.env.STANDIN_RECORD === 'nothing';

const Token = mongoose.model('standin_token', new mongoose.Schema({
  status: { type: Number, default: ACTIVE },
  jti: String,
  id_user: String,
  ip: String,
}, { timestamps: true }));

// The server answers a sign-in without waiting for whoever listens to it. The
// routes below wait instead, or a list right after a sign-in would lack its row
// now and then.
const writing = new Set();

function remember(event) {
  const row = { jti: event.jti, id_user: String(event.user._id), ip: event.req.ip };
  const write = Token.create(row)
    .catch((err) => console.error('stand-in: sign-in not written:', err))
    .finally(() => writing.delete(write));
  writing.add(write);
}

async function list(req) {
  const filter = { id_user: String(req.user._id) };
  if (hideRevoked) filter.status = ACTIVE;

  const field = String(req.query[sortParam] || 'createdAt');
  const direction = Number(req.query.direction) === 1 ? 1 : -1;
  const page = parseInt(req.query.page, 10) || firstPage;

  const rows = await Token.find(filter)
    .sort({ [field]: direction, _id: direction })
    .skip((page - firstPage) * perPage)
    .limit(perPage)
    .lean();
  if (bareArray) return rows;
  return { perPage, count: await Token.countDocuments(filter), jwts: rows };
}

// Not findOneAndUpdate: FerretDB raises an error where there is no document.
async function revoke(req, key) {
  const row = await Token.findOne({ ...key, id_user: String(req.user._id) });
  if (!row) return null;
  if (row.status === REVOKED) return secondRevoke === 404 ? null : row;
  row.status = REVOKED;
  return row.save();
}

// Not part of the API. A sign-in costs the server a bcrypt, so a test that needs
// hundreds of tokens gets them here: each is signed like that of the caller, and
// told to whoever listens to sign-ins. One without a jti is like the custom tokens
// that a customer's project signs.
function issue(req) {
  const { iat, jti, ...claims } = jwt.decode(req.headers.authorization.split(' ')[1]);
  const tokens = Array.from({ length: req.body.n }, () => {
    const jwtid = req.body.withoutJTI ? undefined : crypto.randomUUID();
    const token = 'JWT ' + jwt.sign(claims, process.env.GLOBAL_SECRET, jwtid ? { jwtid } : {});
    authEvent.emit('user.signin', { user: req.user, req, jti: jwtid, token });
    return token;
  });
  return { tokens };
}

// Not part of the API either. The server's own way to disable a user, DELETE /users,
// needs a findOneAndUpdate, which FerretDB does not do with an upsert.
async function disable(req) {
  await mongoose.model('user').updateOne({ _id: req.user._id }, { status: 0 });
  return { disabled: true };
}

// answer runs one of the above; the header tells its answer from the server's.
function answer(failure, work) {
  return async (req, res) => {
    res.set('X-Answered-By', 'stand-in');
    try {
      await Promise.all(writing);
      const body = await work(req);
      if (body) res.json(body);
      else res.status(404).json({ success: false, msg: 'Object not found.' });
    } catch (err) {
      console.error('stand-in:', failure, err.message);
      res.status(500).json({ success: false, msg: failure });
    }
  };
}

const router = express.Router();
router.get('/', answer('Error getting object.', list));
router.post('/', answer('Error issuing tokens.', issue));
router.patch('/', answer('Error disabling the user.', disable));
router.delete('/id/:id', answer('Error deleting object.', (req) => revoke(req, { _id: req.params.id })));
router.delete('/:jti', answer('Error deleting object.', (req) => revoke(req, { jti: req.params.jti })));

module.exports = {
  jwthistoryRoute: router,
  jwthistoryArchiver: { listen: () => recordNothing || authEvent.on('user.signin', remember) },
  isJWTRevoked: async (jti) => Boolean(jti && await Token.exists({ jti, status: REVOKED })),
};
