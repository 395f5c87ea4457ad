/** Hostile configurations: Keras archives, Hugging Face and other documents. */
import { bytes, zip } from './bytes.ts'
import { HOSTILE_TEMPLATES } from './malicious-formats.ts'
import type { CorpusFile } from './pickle-parts.ts'

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

const layer = (value: Record<string, unknown>) => ({
  module: 'keras',
  class_name: 'Sequential',
  config: { layers: [value] },
  registered_name: null,
})
const kerasArchive = (config: unknown, extra: readonly { name: string; data: Buffer }[] = []): Buffer =>
  zip([
    { name: 'metadata.json', data: json({ keras_version: '3.5.0' }) },
    { name: 'config.json', data: json(config) },
    ...extra,
  ])

const kerasFiles = (): CorpusFile[] => [
  {
    name: 'lambda.keras',
    data: kerasArchive(
      layer({
        module: 'keras.layers',
        class_name: 'Lambda',
        config: {
          function: { class_name: '__lambda__', config: { code: '4wEAAAA=', defaults: null, closure: null } },
        },
      }),
    ),
  },
  {
    name: 'lambda-legacy.keras',
    data: kerasArchive({
      class_name: 'Functional',
      config: {
        layers: [
          { class_name: 'Lambda', config: { function: ['4wEAAAA=', null, null], function_type: 'lambda' } },
        ],
      },
    }),
  },
  {
    name: 'module-os.keras',
    data: kerasArchive(layer({ module: 'os', class_name: 'system', config: 'true', registered_name: null })),
  },
  {
    name: 'module-builtins.keras',
    data: kerasArchive(layer({ module: 'builtins', class_name: 'exec', config: 'pass' })),
  },
  {
    name: 'module-import-only.keras',
    data: kerasArchive(layer({ module: 'antigravity', class_name: 'x', config: {} })),
  },
  {
    name: 'module-keras-utils.keras',
    data: kerasArchive(
      layer({ module: 'keras.utils', class_name: 'get_file', config: 'http://198.51.100.1/x' }),
    ),
  },
  {
    name: 'function-in-config.keras',
    data: kerasArchive(
      layer({
        module: 'keras.layers',
        class_name: 'Dense',
        config: {
          activation: {
            module: 'builtins',
            class_name: 'function',
            config: 'eval',
            registered_name: 'function',
          },
        },
      }),
    ),
  },
  {
    name: 'custom-object.keras',
    data: kerasArchive(
      layer({ module: null, class_name: 'Evil', config: {}, registered_name: 'Custom>Evil' }),
    ),
  },
  {
    name: 'custom-behind-known.keras',
    data: kerasArchive(
      layer({ module: 'keras.layers', class_name: 'Dense', config: {}, registered_name: 'Custom>Evil' }),
    ),
  },
  {
    name: 'torch-wrapper.keras',
    data: kerasArchive(
      layer({ module: 'keras.layers', class_name: 'TorchModuleWrapper', config: { module: 'UEsD' } }),
    ),
  },
  {
    name: 'saved-model-layer.keras',
    data: kerasArchive(
      layer({ module: 'keras.layers', class_name: 'TFSMLayer', config: { filepath: '/x' } }),
    ),
  },
  {
    name: 'vocabulary-path.keras',
    data: kerasArchive(
      layer({ module: 'keras.layers', class_name: 'StringLookup', config: { vocabulary: '/etc/passwd' } }),
    ),
  },
  {
    name: 'tf-op-lambda.keras',
    data: kerasArchive(layer({ class_name: 'TFOpLambda', config: { function: 'io.write_file' } })),
  },
  {
    name: 'compile-config.keras',
    data: kerasArchive({
      ...layer({ module: 'keras.layers', class_name: 'Dense', config: {} }),
      compile_config: { loss: { module: 'subprocess', class_name: 'function', config: 'run' } },
    }),
  },
  {
    name: 'duplicate-config.keras',
    data: zip([
      { name: 'metadata.json', data: json({}) },
      { name: 'config.json', data: json(layer({ class_name: 'Dense', module: 'keras.layers', config: {} })) },
      { name: 'config.json', data: json(layer({ module: 'os', class_name: 'system', config: '' })) },
    ]),
  },
  {
    name: 'duplicate-key.keras',
    data: zip([
      { name: 'metadata.json', data: json({}) },
      {
        name: 'config.json',
        data: Buffer.from('{"module":"keras","class_name":"Sequential","class_name":"Lambda","config":{}}'),
      },
    ]),
  },
  {
    name: 'traversal.keras',
    data: kerasArchive(layer({ class_name: 'Dense', module: 'keras.layers', config: {} }), [
      { name: '../../x.py', data: Buffer.from('x') },
    ]),
  },
  {
    name: 'config.json',
    data: json({ class_name: 'Sequential', config: { layers: [{ class_name: 'Lambda', config: {} }] } }),
  },
]

const configFiles = (): CorpusFile[] => [
  { name: 'auto-map.json', data: json({ model_type: 'x', auto_map: { AutoModel: 'modeling_evil.Evil' } }) },
  {
    name: 'auto-map-nested.json',
    data: json({ model_type: 'x', vision_config: { auto_map: { AutoModel: 'evil--repo.Evil' } } }),
  },
  { name: 'trust-remote-code.json', data: json({ trust_remote_code: true }) },
  { name: 'custom-pipelines.json', data: json({ custom_pipelines: { x: { impl: 'evil.Pipeline' } } }) },
  {
    name: 'tokenizer_config.json',
    data: json({ tokenizer_class: 'LlamaTokenizer', chat_template: HOSTILE_TEMPLATES[0] }),
  },
  {
    name: 'tokenizer-templates.json',
    data: json({
      chat_template: [
        { name: 'default', template: 'ok' },
        { name: 'x', template: HOSTILE_TEMPLATES[1] },
      ],
    }),
  },
  { name: 'chat_template.jinja', data: Buffer.from(HOSTILE_TEMPLATES[6] ?? '') },
  { name: 'tokenizer-path.json', data: json({ tokenizer_class: '../../evil.Tokenizer' }) },
  { name: 'hydra.json', data: json({ model: { _target_: 'os.system', command: 'true' } }) },
  { name: 'jsonpickle.json', data: json({ 'py/object': 'subprocess.Popen' }) },
  {
    name: 'skops-schema.json',
    data: json({ __module__: 'os', __class__: 'system', __loader__: 'FunctionNode' }),
  },
  { name: 'modules.json', data: json([{ idx: 0, name: '0', path: '', type: 'evil_module.Model' }]) },
  {
    name: 'model_index.json',
    data: json({
      _class_name: 'StableDiffusionPipeline',
      _diffusers_version: '0.30',
      unet: ['evil_module', 'UNet'],
    }),
  },
  { name: 'model.safetensors.index.json', data: json({ weight_map: { a: '../../../etc/passwd' } }) },
  { name: 'yaml-object.yaml', data: Buffer.from('a: !!python/object/apply:os.system ["true"]\n') },
  {
    name: 'yaml-verbatim.yaml',
    data: Buffer.from('a: !<tag:yaml.org,2002:python/object/new:os.system> ["true"]\n'),
  },
  { name: 'yaml-other.yml', data: Buffer.from('a: !Evil {x: 1}\n') },
  { name: 'MLmodel', data: Buffer.from('flavors:\n  python_function:\n    loader_module: evil_module\n') },
  {
    name: 'requirements.txt',
    data: Buffer.from('numpy==2.0\n--extra-index-url https://packages.invalid/simple\n'),
  },
  { name: 'requirements-git.txt', data: Buffer.from('evil @ git+https://git.invalid/evil\n') },
  {
    name: 'entity.xml',
    data: Buffer.from(
      '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><PMML>&e;</PMML>',
    ),
  },
  {
    name: 'laughs.xml',
    data: Buffer.from('<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><l>&b;</l>'),
  },
  {
    name: 'script.svg',
    data: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
  },
  { name: 'modeling_evil.py', data: Buffer.from('import os\nos.system("true")\n') },
  { name: 'install.sh', data: Buffer.from('#!/bin/sh\ntrue\n') },
  { name: 'code-as-text.txt', data: Buffer.from('import os\nos.system("true")\n') },
  { name: 'notebook.ipynb', data: json({ nbformat: 4, cells: [] }) },
  { name: 'deep.json', data: Buffer.from(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) },
  { name: 'broken.json', data: Buffer.from('{"a": ') },
  {
    name: 'xgboost-broken.ubj',
    data: bytes('{L\0\0\0\0\0\0\0\x07learnerS', 'L', Buffer.from('7fffffffffffffff', 'hex')),
  },
]

export const maliciousConfigs = (): CorpusFile[] => [...kerasFiles(), ...configFiles()]
