import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalRemote, repositoryId } from '../../src/core/repository-id.ts';

describe('canonicalRemote', () => {
  it.each([
    'git@github.com:acme/payments.git',
    'git@github.com:acme/payments',
    'github.com:acme/payments',
    'git@GitHub.com:/acme/payments.git/',
    'https://github.com/acme/payments.git',
    'https://alice@github.com/acme/payments',
    'https://alice:secret@github.com/acme/payments/',
    'ssh://git@github.com/acme/payments.git',
    'git://github.com/acme/payments',
    'https://github.com/acme/payments.git?token=secret',
    'https://github.com/acme/payments#secret',
  ])('%s is github.com/acme/payments', (url) => {
    expect(canonicalRemote(url)).toBe('github.com/acme/payments');
  });

  it.each([
    '/srv/payments.git',
    '../payments',
    './a:b',
    'C:\\code\\payments',
    'c:/code',
    'file:///srv/x.git',
    '',
    'x',
  ])('%s is on this machine, or nowhere', (url) => {
    expect(canonicalRemote(url)).toBeNull();
  });

  it('keeps the case of the path, and a port', () => {
    expect(canonicalRemote('https://git.example:8443/Acme/Payments')).toBe('git.example:8443/Acme/Payments');
  });

  it('lets nothing of a password through, however carelessly it was typed into the URL', () => {
    const password = fc.string({ unit: fc.constantFrom(...'@:!$*+xyz'), minLength: 1 });
    fc.assert(
      fc.property(password, (secret) => {
        expect(canonicalRemote(`https://alice:${secret}@github.com/acme/payments`)).toBe(
          'github.com/acme/payments',
        );
      }),
    );
  });
});

describe('repositoryId', () => {
  const local = (key: string, value: string) => ({ scope: 'local', key, value });
  const origin = local('remote.origin.url', 'git@github.com:acme/payments.git');
  const fork = local('remote.fork.url', 'git@github.com:alice/payments.git');
  const stored = local('scim-hook.repository', 'some-uuid');

  it('is the origin, else the only other remote, else what install stored', () => {
    expect(repositoryId([fork, origin, stored])).toBe('github.com/acme/payments');
    expect(repositoryId([fork, stored])).toBe('github.com/alice/payments');
    expect(repositoryId([stored])).toBe('some-uuid');
    expect(repositoryId([])).toBeNull();
  });

  it('is what install stored where the remote is only a path', () => {
    expect(repositoryId([local('remote.origin.url', '/srv/payments.git'), stored])).toBe('some-uuid');
  });

  it('comes from local config alone', () => {
    expect(
      repositoryId([
        { ...origin, scope: 'global' },
        { ...stored, scope: 'command' },
      ]),
    ).toBeNull();
  });
});
