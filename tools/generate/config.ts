/** docs/reference/config.md from the configuration schema of the control plane. */
import { configSchema } from '../../apps/control-plane/src/app-config.ts'
import { renderConfigReference } from '../../packages/kit/src/index.ts'

export const renderConfigPage = (): string =>
  [
    '# Configuration',
    '',
    'Generated from the schema by `npm run generate`. A value from a flag wins over one from the environment, and that',
    'over one from the file given with `--config`. Unknown keys are errors. `npm start -- --print-config` shows what is in',
    'force, with secrets masked.',
    '',
    renderConfigReference(configSchema),
  ].join('\n')
