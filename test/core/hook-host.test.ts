import { describe, expect, it } from 'vitest';
import { callsUs, hookHost, lineFor } from '../../src/core/hook-host.ts';

describe('hookHost', () => {
  it.each([
    ['#!/bin/sh\n', 'shell'],
    ['#! /bin/sh -e\n', 'shell'],
    ['#!/bin/sh\r\n', 'shell'],
    ['#!/usr/bin/env bash\n', 'shell'],
    ['#!/usr/bin/env -S zsh -f\n', 'shell'],
    ['#!/usr/bin/env -i PATH=/bin dash\n', 'shell'],
    ['#!/opt/local/bin/ksh93\n', 'shell'],
    // Git hands a file without a shebang to sh.
    ['echo hello\n', 'shell'],
    ['', 'shell'],
    ['#!/usr/bin/env python3\n', 'python'],
    ['#!/usr/bin/python3.12 -u\n', 'python'],
    ['#!/usr/bin/env node\n', 'node'],
    ['#!/usr/bin/ruby\n', 'ruby'],
    ['#!/usr/bin/perl -w\n', 'perl'],
    // Not POSIX: our block would be a syntax error there.
    ['#!/usr/bin/fish\n', 'other'],
    ['#!/usr/bin/env pwsh\n', 'other'],
    ['#!\n', 'other'],
    ['\x7fELF\x02\x01\x01\0', 'other'],
  ])('%j is %s', (text, host) => {
    expect(hookHost(text)).toBe(host);
  });
});

describe('callsUs', () => {
  it.each(['shell', 'python', 'node', 'ruby', 'perl'] as const)('knows the line for %s', (host) => {
    expect(callsUs(`#!x\n  ${lineFor(host)}\n`)).toBe(true);
  });

  it('takes no comment for a call', () => {
    expect(callsUs(`#!/bin/sh\n# ${lineFor('shell')}\n // ${lineFor('node')}\n`)).toBe(false);
  });
});
