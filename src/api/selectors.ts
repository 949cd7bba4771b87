// Which objects a list or a watch tells of: `labelSelector` and `fieldSelector`, as people know them from Kubernetes.
//
//   labelSelector=app=web,tier!=test,zone in (a,b),zone notin (c),owned,!paused
//   fieldSelector=spec.node=pi-1,status.state!=running
//
// All terms must hold. `!=` and `notin` hold for an object that has no such label or field, too.

import { OrionError } from '../lib/errors.ts';
import { servingLimits } from '../lib/serving-limits.ts';
import type { OrionObject } from '../protocol/objects.ts';

/** Whether an object is selected. */
export type Selector = (object: OrionObject) => boolean;

type LabelTest = (value: string | undefined) => boolean;

/** Commas within parentheses part values, not terms. One pass from the end: a selector may be as long as a head. */
function termsOf(text: string): readonly string[] {
  const terms: string[] = [];
  let end = text.length;
  let nextParenthesis = '';
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const char = text[at] ?? '';
    if (char === '(' || char === ')') nextParenthesis = char;
    if (char !== ',' || nextParenthesis === ')') continue;
    terms.push(text.slice(at + 1, end).trim());
    end = at;
  }
  terms.push(text.slice(0, end).trim());
  return terms.toReversed();
}

const labelKey = '[A-Za-z0-9][-A-Za-z0-9_./]*';
const labelValue = '[-A-Za-z0-9_.]*';
const labelForms: readonly [form: RegExp, test: (values: readonly string[]) => LabelTest][] = [
  [new RegExp(`^(${labelKey})$`), () => (value) => value !== undefined],
  [new RegExp(`^!(${labelKey})$`), () => (value) => value === undefined],
  [new RegExp(`^(${labelKey})\\s*==?\\s*(${labelValue})$`), (values) => (value) => value === values[0]],
  [new RegExp(`^(${labelKey})\\s*!=\\s*(${labelValue})$`), (values) => (value) => value !== values[0]],
  [
    new RegExp(`^(${labelKey})\\s+in\\s+\\(([-A-Za-z0-9_., ]*)\\)$`),
    (values) => (value) => value !== undefined && values.includes(value),
  ],
  [
    new RegExp(`^(${labelKey})\\s+notin\\s+\\(([-A-Za-z0-9_., ]*)\\)$`),
    (values) => (value) => value === undefined || !values.includes(value),
  ],
];

/** Throws MALFORMED for what is no selector. */
export function labelSelector(text: string): Selector {
  const tests = boundedTerms(text, 'labelSelector').map((term) => {
    for (const [form, testOf] of labelForms) {
      const match = form.exec(term);
      if (match === null) continue;
      const key = match[1] ?? '';
      const test = testOf((match[2] ?? '').split(',').map((value) => value.trim()));
      return ({ metadata }: OrionObject): boolean =>
        test(Object.hasOwn(metadata.labels, key) ? metadata.labels[key] : undefined);
    }
    throw malformed('labelSelector', term, 'a=b, a!=b, a in (b,c), a notin (b,c), a or !a');
  });
  return (object) => tests.every((test) => test(object));
}

const fieldForm = /^(kind|(?:metadata|spec|status)(?:\.[A-Za-z0-9_-]+)+)\s*(==?|!=)\s*(.*)$/;

/** Throws MALFORMED for what is no selector. */
export function fieldSelector(text: string): Selector {
  const tests = boundedTerms(text, 'fieldSelector').map((term) => {
    const match = fieldForm.exec(term);
    if (match === null) throw malformed('fieldSelector', term, 'spec.node=NAME or status.state!=STATE');
    const [, path = '', operator, wanted] = match;
    const keys = path.split('.');
    return (object: OrionObject): boolean => (textAt(object, keys) === wanted) === (operator !== '!=');
  });
  return (object) => tests.every((test) => test(object));
}

function boundedTerms(text: string, name: string): readonly string[] {
  const terms = termsOf(text);
  if (terms.length <= servingLimits.selectorTermsMax) return terms;
  throw new OrionError(
    'MALFORMED',
    `A ${name} has at most ${servingLimits.selectorTermsMax} terms, and this one ${terms.length}.`,
  );
}

const malformed = (name: string, term: string, forms: string): OrionError =>
  new OrionError('MALFORMED', `"${term}" is no term of a ${name}: write ${forms}.`);

/** A text, number or truth value at that path; undefined for anything else. */
function textAt(object: OrionObject, keys: readonly string[]): string | undefined {
  let value: unknown = object;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return ['string', 'number', 'boolean'].includes(typeof value)
    ? `${value as string | number | boolean}`
    : undefined;
}
