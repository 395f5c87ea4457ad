/** docs/reference/config.md from the configuration schemas of the control plane and the gateway. */
import { configSchema } from '../../apps/control-plane/src/app-config.ts'
import { gatewayConfigSchema } from '../../apps/gateway/src/gateway-config.ts'
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
    '## A gateway',
    '',
    'The same rules for `npx rampart gateway`, a serving process of its own.',
    '',
    renderConfigReference(gatewayConfigSchema),
  ].join('\n')
