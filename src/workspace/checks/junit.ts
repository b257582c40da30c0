import { XMLParser } from 'fast-xml-parser';

import type { FoundTest } from './found-test.ts';

type Node = Readonly<Record<string, unknown>>;

const READING = {
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  isArray: (name: string) =>
    ['testsuites', 'testsuite', 'testcase', 'failure', 'error', 'skipped'].includes(name),
};

/**
 * Reads the tests of a JUnit XML report, as written by Jest, Vitest, Mocha, pytest and others. A test is named by its
 * file, or its class where the report has no file, and its title. Throws an `Error` if the text is not XML.
 */
export function parseJunit(xml: string): FoundTest[] {
  const tests: FoundTest[] = [];
  collect(asNode(new XMLParser(READING).parse(xml, true)), undefined, tests);
  return tests;
}

function collect(node: Node, file: string | undefined, tests: FoundTest[]): void {
  const ownFile = attribute(node, 'file') ?? file;
  for (const test of nodesOf(node, 'testcase')) tests.push(readCase(test, ownFile));
  for (const name of ['testsuites', 'testsuite']) {
    for (const suite of nodesOf(node, name)) collect(suite, ownFile, tests);
  }
}

function readCase(test: Node, suiteFile: string | undefined): FoundTest {
  const problem = nodesOf(test, 'failure')[0] ?? nodesOf(test, 'error')[0];
  const className = attribute(test, 'classname');
  const file = attribute(test, 'file') ?? suiteFile;
  const title = attribute(test, 'name') ?? '(untitled)';
  return {
    ...(file === undefined ? {} : { file }),
    titles: className === undefined || className === file ? [title] : [className, title],
    passed: problem === undefined,
    skipped: nodesOf(test, 'skipped').length > 0,
    durationMs: Number(attribute(test, 'time') ?? 0) * 1000 || 0,
    ...(problem === undefined ? {} : { message: messageOf(problem) }),
  };
}

function messageOf(problem: Node): string {
  const text = problem['#text'];
  return (attribute(problem, 'message') ?? (typeof text === 'string' ? text : 'failed')).slice(0, 4000);
}

function attribute(node: Node, name: string): string | undefined {
  const value = node[`@${name}`];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An element with text alone is parsed as that text. */
function nodesOf(node: Node, name: string): Node[] {
  const value = node[name];
  return Array.isArray(value)
    ? value.map((inner: unknown) => (typeof inner === 'string' ? { '#text': inner } : asNode(inner)))
    : [];
}

function asNode(value: unknown): Node {
  return typeof value === 'object' && value !== null ? (value as Node) : {};
}
