export { backUpIfDue, type BackupOptions } from './backup.ts';
export { listBackups, newestBackup } from './backup-files.ts';
export { backupFolderOf, ConflictError } from './errors.ts';
export { STORE_FAILPOINTS } from './failpoints.ts';
export { takeDataLock } from './lock.ts';
export { openStore, type StoreOptions } from './open.ts';
export { prepared } from './prepared.ts';
export type {
  AppendOptions,
  ContentRef,
  Durability,
  NewEvent,
  Projector,
  Store,
  StoredEvent,
  Upcaster,
} from './types.ts';
