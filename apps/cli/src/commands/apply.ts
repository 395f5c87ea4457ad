/** `rampart apply -f FILE`: brings what the manifests name into being; applying the same file again changes nothing. */
import type { Command } from 'commander'
import { applyAlertSource } from '../apply/alert-source.ts'
import { applyBackend } from '../apply/backend.ts'
import { applyNotebook } from '../apply/notebook.ts'
import type { ApplyOptions } from '../apply/options.ts'
import { applyPlaybook } from '../apply/playbook.ts'
import { applyPolicy } from '../apply/policy.ts'
import { applyProtectedEntity } from '../apply/protected-entity.ts'
import { applyRegistry } from '../apply/registry.ts'
import { applyRoute } from '../apply/route.ts'
import { applySigner } from '../apply/signer.ts'
import { applySink } from '../apply/sink.ts'
import { type Manifest, type ManifestKind, readManifests } from '../manifest.ts'
import type { Run, Session } from '../session.ts'

type Apply = (session: Session, manifest: Manifest, options: ApplyOptions) => Promise<string>

const APPLY: Readonly<Record<ManifestKind, Apply>> = {
  Model: async (...parts) => (await import('../apply/model.ts')).applyModel(...parts),
  Route: applyRoute,
  Backend: applyBackend,
  Policy: applyPolicy,
  Signer: applySigner,
  Registry: applyRegistry,
  Sink: applySink,
  AlertSource: applyAlertSource,
  Notebook: applyNotebook,
  Playbook: applyPlaybook,
  ProtectedEntity: applyProtectedEntity,
}

const DEFAULT_WAIT_MS = 120_000

type Options = {
  readonly file: readonly string[]
  readonly wait: boolean
  readonly dryRun: boolean | 'client'
}

const apply = async (session: Session, options: Options): Promise<void> => {
  const how = {
    dryRun: options.dryRun !== false,
    wait: options.wait,
    timeoutMs: session.timeoutMs ?? DEFAULT_WAIT_MS,
  }
  // All files are read and checked before the first change is made.
  const manifests = (await Promise.all(options.file.map((file) => readManifests(session.io, file)))).flat()
  for (const manifest of manifests) session.io.out(`${await APPLY[manifest.kind](session, manifest, how)}\n`)
}

export const addApply = (program: Command, run: Run): void => {
  program
    .command('apply')
    .description(
      'register a model version, or set up a route, a backend, a registry, a sink, an alert source, a notebook, a playbook, a protected entity, a policy or a signer, from a manifest',
    )
    .requiredOption(
      '-f, --file <file...>',
      'manifest in YAML or JSON, or a folder with YAML manifests; - reads standard input',
    )
    .option('--no-wait', 'do not wait until a model version is assessed')
    .option('--dry-run [client]', 'check the manifests and their files, send nothing', false)
    .action(run((session, options: Options) => apply(session, options)))
}
