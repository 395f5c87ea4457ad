/** Text files: configurations, templates, vocabularies, program source. Text must be UTF-8 to its last byte. */
import { MalformedError } from '../byte-stream.ts'
import { headOf } from '../content.ts'
import { extensionOf } from '../extension.ts'
import type { Reader, ScanTask } from '../reader.ts'
import { quoted } from '../scan-context.ts'
import { judgeTemplate } from './jinja-template.ts'
import { judgeJsonText } from './json-file.ts'

const MAX_JUDGED = 8 << 20
const CODE_EXTENSIONS = new Set(
  'py pyw pyi pyx sh bash zsh fish ps1 psm1 bat cmd vbs js mjs cjs ts rb pl php lua r jl go rs c cc cpp h java cs groovy scala kts ipynb desktop service reg hta wsf applescript'.split(
    ' ',
  ),
)
const CODE_START =
  /^\s*(#!|<\?php|@echo off|%PDF|#include\s*<|import\s+[\w.]+(\s+as\s+\w+)?\s*(;|#|$)|from\s+[\w.]+\s+import\s|(async\s+)?def\s+\w+\s*\(|exec\s*\(|eval\s*\(|__import__\s*\(|os\.system\s*\()/m
const DOCUMENTS = new Set(['md', 'rst', 'csv', 'tsv', 'json', 'jsonl', 'markdown'])
const YAML_TAG = /!!python\/|tag:yaml\.org,2002:python|!!ruby\/|!!javax?\.|!<[^>]*python/i
const YAML_OTHER =
  /(^|[\s:,[{-])!(?!!(str|int|float|bool|null|map|seq|set|omap|binary|timestamp|pairs|merge)\b)!?[A-Za-z][\w./:-]*/m
const REQUIREMENT =
  /^\s*-?\s*(--(extra-)?index-url|--find-links|--trusted-host|-i\s|-f\s|-e\s|--editable|--(install|global)-option|--config-settings?|(-r|-c|--requirement|--constraint)[\s=]+\S*:\/\/|git\+|hg\+|svn\+|bzr\+|https?:|file:|ftp:|[\w.-]+(\[[\w,-]+\])?\s*@\s*(git\+|https?:|file:|ftp:))/im
const MLFLOW_LOADERS =
  /^mlflow\.(sklearn|pytorch|tensorflow|keras|xgboost|lightgbm|catboost|onnx|spacy|statsmodels|transformers|sentence_transformers|prophet|pmdarima|spark|fastai|h2o|paddle|diviner|langchain|openai)$/

/** Decodes all of it in parts; false when it is not UTF-8 text. */
const isWholeText = ({ content, context }: ScanTask): boolean => {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const stream = content.open()
  try {
    for (let chunk = stream.next(); chunk !== undefined; chunk = stream.next()) {
      if (chunk.includes(0)) return false
      decoder.decode(chunk, { stream: true })
      context.budget.checkTime()
    }
    decoder.decode()
    return true
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

const judgeXml = ({ context }: ScanTask, text: string): void => {
  context.setFormat('xml')
  if (/<!DOCTYPE[^>[]*\[|<!ENTITY|<!DOCTYPE[^>]*(SYSTEM|PUBLIC\s+"[^"]*"\s+")/i.test(text)) {
    if (!/^[^[]*<!DOCTYPE\s+html/i.test(text))
      context.report('config-entity', 'the document declares entities or fetches others')
  }
  if (/<xi:include|xsi:schemaLocation="[^"]*file:|<\?xml-stylesheet/i.test(text))
    context.report('config-entity', 'the document fetches others')
  if (
    /<script\b|javascript:|\bon(load|error|click)\s*=|<foreignObject|<iframe|<object\b|<embed\b/i.test(text)
  )
    context.report('script-in-document', 'the document carries active content')
}

const judgeYaml = ({ context, name }: ScanTask, text: string): void => {
  const yaml = ['yaml', 'yml'].includes(extensionOf(name)) || /(^|[\\/])MLmodel$/.test(name)
  if (!yaml) return
  context.setFormat('yaml')
  const other = YAML_OTHER.exec(text.replaceAll(/"(?:[^"\\]|\\.)*"|'[^']*'|#.*$/gm, '""'))
  if (other !== null)
    context.report('config-unknown-class', `the tag ${quoted(other[0].trim())} makes an object`)
  if ((text.match(/(^|[\s,[{])\*[A-Za-z]\w*/gm) ?? []).length > 200)
    context.report('tree-malformed', 'the document repeats itself by aliases')
  const target = /^\s*-?\s*["']?_target_["']?\s*:\s*["']?([\w.]+)/m.exec(text)
  if (target !== null) context.report('config-unknown-class', `names ${quoted(target[1] ?? '')} to be loaded`)
  const loader = /^\s*loader_module\s*:\s*["']?([\w.]+)/m.exec(text)
  if (loader !== null && !MLFLOW_LOADERS.test(loader[1] ?? '') && loader[1] !== 'mlflow.pyfunc.model')
    context.report('config-unknown-class', `the loader is ${quoted(loader[1] ?? '')}`)
  if (/^\s*["']?(trust_remote_code|auto_map|custom_pipeline)["']?\s*:\s*(?!false|null|~|\s*$)/im.test(text))
    context.report('config-remote-code', 'the configuration makes its loader run other code')
}

const isRequirements = (name: string): boolean =>
  /(^|[\\/])([\w-]*requirements[\w.-]*\.(txt|in)|conda\.ya?ml|environment\.ya?ml|python_env\.ya?ml|Pipfile)$/i.test(
    name,
  )

const judgeCode = ({ context, name }: ScanTask, text: string): void => {
  const extension = extensionOf(name)
  const start = text
    .replace(/^\ufeff/, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*#(?!!)/.test(line))
    .slice(0, 3)
    .join('\n')
  if (CODE_EXTENSIONS.has(extension)) {
    context.setFormat('source')
    context.report('code-file', `program source (${extension})`)
  } else if (text.startsWith('#!') || (!DOCUMENTS.has(extension) && CODE_START.test(start))) {
    context.setFormat('source')
    context.report('code-file', 'the text starts as program source')
  }
}

const judgeText = (task: ScanTask, text: string): void => {
  const { context, name } = task
  if (YAML_TAG.test(text) && !['md', 'rst'].includes(extensionOf(name)))
    context.report('config-object', 'the document instantiates objects')
  judgeYaml(task, text)
  if (isRequirements(name) && REQUIREMENT.test(text))
    context.report('requirement-source', 'packages come from an address or another index')
  if (['jinja', 'jinja2', 'j2'].includes(extensionOf(name)) || /^\s*\{[%{#]/.test(text)) {
    context.setFormat('template')
    judgeTemplate(context, text, '')
  }
  if (
    /^\s*<(\?xml|!doctype|html|svg|pmml|script)/i.test(text) ||
    ['xml', 'pmml', 'svg', 'html'].includes(extensionOf(name))
  )
    judgeXml(task, text)
  judgeCode(task, text)
}

const judgeJsonOr = (task: ScanTask, text: string): boolean => {
  const isNamed = ['json', 'ipynb', 'webmanifest'].includes(extensionOf(task.name))
  if (!isNamed && !/^\s*[[{]/.test(text)) return false
  try {
    return judgeJsonText(task)
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    if (isNamed) task.context.report('config-malformed', error.message)
    return isNamed
  }
}

export const scanText: Reader = (task) => {
  const { context, content } = task
  context.setFormat('text')
  if (!isWholeText(task)) {
    context.setFormat('unknown')
    context.report('unknown-format', 'text at first, then something else')
    return
  }
  const head = headOf(content, MAX_JUDGED).toString('utf8')
  if (/^tree\r?\nversion=v/.test(head)) context.setFormat('lightgbm')
  else if (!judgeJsonOr(task, head)) judgeText(task, head)
}
