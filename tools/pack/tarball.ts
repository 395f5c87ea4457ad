/** Makes an npm tarball of a folder, the same bytes for the same content. */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { basename, dirname } from 'node:path'

/** Not `npm pack`: it would resolve bundled packages anew. An npm tarball is a gzipped tar whose root is `package/`. */
export const writeTarball = (folder: string, target: string): string => {
  rmSync(target, { force: true })
  const name = basename(folder)
  const flags = [
    '--sort=name',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mtime=@499162500',
    '--mode=u+rw,go+r-w',
  ]
  execFileSync(
    'tar',
    [...flags, '-C', dirname(folder), '--use-compress-program', 'gzip -n -6', '-cf', target, name],
    { stdio: 'inherit' },
  )
  return target
}
