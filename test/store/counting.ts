import { prepared, type Projector } from '../../src/store/index.ts';

/** Number and sum of events per stream. */
export const counting: Projector = {
  name: 'counting',
  version: 1,
  create: (db) => db.exec('CREATE TABLE counting (stream TEXT PRIMARY KEY, n INTEGER, total INTEGER)'),
  clear: (db) => db.exec('DROP TABLE IF EXISTS counting'),
  apply: (db, event) => {
    const sql =
      'INSERT INTO counting VALUES (?1, 1, ?2) ON CONFLICT (stream) DO UPDATE SET n = n + 1, total = total + ?2';
    prepared(db, sql).run(event.stream, (event.body as { n: number }).n);
  },
};
