/** `npm run bench -- NAME [ARGUMENTS]`: runs bench/NAME.ts; without NAME it lists them. */
import { runByName } from './prove.ts'

process.exitCode = await runByName('bench', process.argv.slice(2))
