// What is written for deployment fits the house, as far as that can be seen without Docker, systemd
// or Prometheus: files that are copied exist, nobody is root, metrics and settings that are named
// are there. The image itself is not built by any test.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { environmentName, metaOf } from '../../src/runtime/configuration.ts';
import { settingsSchema } from '../../src/runtime/settings.ts';
import { createMetrics } from '../../src/switch/metrics.ts';
import { repositoryRoot } from './source-tree.ts';

const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');
const dockerfile = read('Dockerfile');
const compose = read('compose.yaml');
const unit = read('deploy/systemd/hutong.service');

const variables = new Set(
  Object.keys(settingsSchema.shape).flatMap((setting) => {
    const name = environmentName(setting);
    return metaOf(settingsSchema, setting)?.secret === true ? [name, `${name}_FILE`] : [name];
  }),
);

test('the image: bases with a version, a user that is not root, no secret, what it copies exists', () => {
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1] ?? '');
  expect(bases.length).toBeGreaterThan(0);
  for (const base of bases) expect(base).toMatch(/:\d/);
  const users = [...dockerfile.matchAll(/^USER (\S+)/gm)].map((match) => match[1]);
  expect(users.at(-1)).toBe('node');
  expect(dockerfile).toContain('HEALTHCHECK');
  expect(dockerfile).not.toMatch(/^(ARG|ENV).*(PASSWORD|KEK|SECRET|TOKEN)/im);
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap((match) =>
    (match[1] ?? '').split(' ').slice(0, -1),
  );
  expect(copied.length).toBeGreaterThan(4);
  expect(copied.filter((path) => !existsSync(join(repositoryRoot, path)))).toEqual([]);
  // what it copies is not kept from it
  const ignored = read('.dockerignore').split('\n');
  expect(copied.filter((path) => ignored.includes(path))).toEqual([]);
});

test.each([
  ['Dockerfile', dockerfile],
  ['compose.yaml', compose],
  ['hutong.service', unit],
])('%s sets only what is a setting', (_, text) => {
  const named = [...new Set([...text.matchAll(/\bHUTONG_[A-Z_]+/g)].map((match) => match[0]))];
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !variables.has(name))).toEqual([]);
});

test('compose: versions, durability, secrets as files, a stop that is waited for', () => {
  for (const [, image = ''] of compose.matchAll(/image: (\S+)/g)) expect(image).toMatch(/:\d/);
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    expect(compose).toContain(`${setting}=on`);
  }
  expect(compose).toContain('read_only: true');
  expect(compose).not.toMatch(/PASSWORD: |privileged: true|network_mode: host/);
  for (const [, path = ''] of compose.matchAll(/"\.\/(deploy\/[^:]+):/g)) {
    expect(existsSync(join(repositoryRoot, path))).toBe(true);
  }
});

test('alerts and dashboard ask for metrics that there are, and each alert has its page', () => {
  const text = ['deploy/prometheus/alerts.yaml', 'deploy/grafana/hutong.json'].map(read).join('\n');
  const source = read('src/switch/metrics.ts');
  const named = [...new Set([...text.matchAll(/\bhutong_[a-z_]+/g)].map((match) => match[0]))];
  const plain = named.map((name) => name.replace(/_(bucket|count|sum)$/, ''));
  expect(plain.length).toBeGreaterThan(10);
  expect(plain.filter((name) => !source.includes(`'${name}'`))).toEqual([]);
  const names = createMetrics().registry.getMetricsAsArray();
  expect(names.map(({ name }) => name)).toContain('nodejs_eventloop_lag_p99_seconds');
  const alerts = [...text.matchAll(/alert: (\w+)/g)].map((match) => match[1] ?? '');
  const page = read('docs/operating/incident.md');
  expect(alerts.filter((alert) => !page.includes(`## ${alert}`))).toEqual([]);
});
