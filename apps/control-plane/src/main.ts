/** The control plane process: configuration → build → listen → graceful stop. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { AppError, configFields, createLogger, loadConfig, printConfig, toExitCode } from '@rampart/kit'
import { configSchema } from './app-config.ts'
import { lifecycleFor, startControlPlane } from './compose.ts'

const readFlags = (): { file?: string; print: boolean; flags: Record<string, string> } => {
  const names = configFields(configSchema).map(({ flag, meta }) =>
    meta.secret === true ? `${flag}-ref` : flag,
  )
  const { values } = parseArgs({
    allowPositionals: false,
    options: {
      config: { type: 'string' },
      'print-config': { type: 'boolean', default: false },
      ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
    },
  })
  const { config, 'print-config': print, ...flags } = values as Record<string, string | boolean | undefined>
  return {
    ...(typeof config === 'string' ? { file: config } : {}),
    print: print === true,
    flags: flags as Record<string, string>,
  }
}

const announce = (running: Awaited<ReturnType<typeof startControlPlane>>): void => {
  const lines = [`Rampart listens on ${running.url}`]
  if (running.grpcAddress !== undefined) lines.push(`Inference over gRPC: ${running.grpcAddress}`)
  if (running.processes !== undefined) {
    const { url, grpcAddress, farm } = running.processes
    const grpc = grpcAddress === undefined ? '' : `, gRPC ${grpcAddress}`
    lines.push(`Inference on ${farm.children.length} processes: ${url}${grpc}`)
  }
  if (running.loginUrl !== undefined)
    lines.push(
      'DEVELOPMENT MODE: no OIDC is configured, so inference (/v2 and gRPC) is open to every program on this machine.',
      `Console (link works once, for ten minutes): ${running.loginUrl}`,
      `The administrator's token is in ${running.home}/token; the CLI reads it by itself: npx rampart get models`,
    )
  process.stdout.write(`${lines.join('\n')}\n`)
}

const run = async (): Promise<void> => {
  const { file, print, flags } = readFlags()
  const config = loadConfig({
    schema: configSchema,
    env: process.env,
    flags,
    fileText: file === undefined ? undefined : readFileSync(file, 'utf8'),
  })
  if (print) {
    process.stdout.write(printConfig(configSchema, config))
    return
  }
  const logger = createLogger({ level: config.log.level, name: 'control-plane' })
  const lifecycle = lifecycleFor(config, logger)
  lifecycle.installSignalHandlers()
  try {
    const running = await startControlPlane(config, logger, lifecycle)
    if (running.mode === 'development') logger.warn({ url: running.url }, 'server.development-mode')
    logger.info({ url: running.url, grpc: running.grpcAddress }, 'server.listening')
    announce(running)
  } catch (error) {
    await lifecycle.stop('start failed')
    throw error
  }
}

run().catch((error: unknown) => {
  const isUsage =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  const text = error instanceof Error ? error.message : String(error)
  const help = error instanceof AppError && error.help !== undefined ? `\n${error.help}` : ''
  const code = error instanceof AppError ? `${error.code}: ` : ''
  process.stderr.write(`rampart: ${code}${text}${help}\n`)
  process.exit(isUsage ? 2 : toExitCode(error))
})
