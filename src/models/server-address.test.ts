import assert from 'node:assert/strict';

import { isAllowedAtNight, parseServerAddress, serverConfigs } from './server-address.ts';

describe('addresses of model servers', () => {
  it('are read as OLLAMA_HOST is', () => {
    const cases: Readonly<Record<string, string>> = {
      localhost: 'http://localhost:11434',
      ':1234': 'http://127.0.0.1:1234',
      '0.0.0.0:99': 'http://127.0.0.1:99',
      'http://box:8080/': 'http://box:8080',
      'https://box/ollama/': 'https://box/ollama',
    };
    for (const [given, wanted] of Object.entries(cases)) assert.equal(parseServerAddress(given), wanted);
    for (const wrong of ['', 'ftp://x', 'http://']) {
      assert.throws(() => parseServerAddress(wrong), { code: 'model-server-address' });
    }
  });

  it('come from the settings, else the environment, else the default', () => {
    assert.equal(serverConfigs(['a:1'], { OLLAMA_HOST: 'b:2' })[0]?.url, 'http://a:1');
    assert.equal(serverConfigs([], { OLLAMA_HOST: 'b:2' })[0]?.url, 'http://b:2');
    assert.equal(serverConfigs([], {})[0]?.url, 'http://127.0.0.1:11434');
  });

  it('may be used at night when they are on this machine or the person’s own choice', () => {
    assert.ok(isAllowedAtNight({ url: 'http://127.0.0.1:1', origin: 'environment' }));
    assert.ok(isAllowedAtNight({ url: 'http://box:1', origin: 'settings' }));
    assert.ok(!isAllowedAtNight({ url: 'http://box:1', origin: 'environment' }));
    assert.ok(!isAllowedAtNight({ url: 'http://127.0.0.1.example.com:1', origin: 'environment' }));
  });
});
