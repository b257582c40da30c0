export const BASE = 'one\r\ntwo\r\nthree\r\nfour\r\nfive';
export const PROPOSED = 'one\r\nTWO\r\nthree\r\nFOUR\r\nfive';
export const DECIDED = BASE.replace('two', 'TWO');
