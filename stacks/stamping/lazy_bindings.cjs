// Preloaded into Node: the package of the AWS bindings is entered by its lazy index.
//
// Its entry, `lib/index.js`, loads the JavaScript of all 1,500 resources. `lib/lazy-index.js` lies beside it in the
// package, written by the same generator (`cdktf get`), has the same exports, and loads a resource when it is asked
// for. No file of the package is changed; without a lazy index its own entry is used. (Node has a public hook for this
// from 22.15 on only: https://nodejs.org/api/module.html#moduleregisterhooksoptions)
'use strict';
const { existsSync } = require('node:fs');
const Module = require('node:module');

const ENTRY = /([\\/]@cdktf[\\/]provider-aws[\\/]lib[\\/])index\.js$/;
const resolveFilename = Module._resolveFilename;

Module._resolveFilename = function (...request) {
  const file = resolveFilename.apply(this, request);
  const lazy = file.replace(ENTRY, '$1lazy-index.js');
  return lazy !== file && existsSync(lazy) ? lazy : file;
};
