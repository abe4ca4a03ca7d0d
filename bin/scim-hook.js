#!/usr/bin/env node
// CommonJS, as package.json beside it says: node starts it faster.
if (process.argv[2] === 'log') require('../dist/log.cjs');
else import('../dist/cli.js');
