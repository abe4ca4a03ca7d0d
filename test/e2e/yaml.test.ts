// The config in each of its forms, as the packed command line and the bundled worker read it.
import { expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, Sandbox, TOKEN } from '../support/sandbox.ts';

test.each(['.scimsyncrc', '.scimsyncrc.yaml', '.scimsyncrc.yml', '.scimsyncrc.json', 'package.json'])(
  '%s is read at the pinned ref',
  async (file) => {
    await using sandbox = await Sandbox.create();
    await using directory = await FakeDirectory.start({ token: TOKEN });
    const alice = directory.addUser({ userName: ALICE });
    directory.addGroup({
      displayName: 'jit',
      members: [directory.addUser({ userName: 'bob@acme.example' })],
    });
    const yaml = `version: 1\nscim: { endpoint: "${directory.url}" }\nrules:\n  - name: one # a comment\n    branches: ["release/*"]\n    grant: { groups: [jit] }\n`;
    const json = configFor(directory.url, [rule('one', 'release/*', 'jit')]);
    const text =
      file === 'package.json'
        ? JSON.stringify({ name: 'x', scimsync: json })
        : file.endsWith('json')
          ? JSON.stringify(json)
          : yaml;
    const repo = await sandbox.repository('r', null);
    await repo.write(file, text);
    await repo.commit('Rules');
    await repo.git('branch', 'release/1');
    expect(await repo.install()).toMatchObject({ status: 0, stderr: '' });
    await repo.stopWorker();
    await repo.checkout('release/1');
    expect(directory.members('jit')).toContain(alice);
  },
);
