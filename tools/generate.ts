/** `npm run generate`: rewrites every generated file that `npm run check` compares. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './files.ts'
import { generatedFiles } from './generate/list.ts'

const wanted = process.argv.slice(2)
for (const file of generatedFiles.filter(({ path }) => wanted.length === 0 || wanted.includes(path))) {
  const target = join(root, file.path)
  const content = await file.render()
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, content)
  process.stdout.write(`${file.path}  ${content.length} bytes\n`)
}
