/** Which files of the repository are ours: listed from git, so that build output and state never count. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Paths relative to the root, tracked or new, in order; deleted ones left out. */
export const listFiles = (matches: (path: string) => boolean): string[] =>
  execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
    .split('\0')
    .filter((path) => path !== '' && matches(path) && existsSync(join(root, path)))
    .sort()

/** Rooms are the workspaces: `packages/kit`, `modules/audit`, `apps/cli`. */
export const roomOf = (path: string): string | undefined =>
  /^(?:packages|modules|apps)\/[^/]+/.exec(path)?.[0]
