// Why: what every node says to one more replica, filter by filter; for a replica, also why it is how it is.

import type { Assignment, Service } from '../../../src/protocol/objects.ts';
import { judgeNodes, missingReplicas, type NodeVerdict } from '../../../src/protocol/why.ts';
import { type Line, span } from '../cells.ts';
import { objectOf, type Ref, refText } from '../refs.ts';
import type { View, ViewContext } from '../view.ts';
import { plural, serviceState, stateSpan } from '../wording.ts';
import { replicaName } from '../world.ts';

export const whyView: View = {
  id: 'why',
  title: 'Why',
  aliases: ['w'],
  about: 'object',
  description: 'why a service or replica runs where it does, or nowhere: each node, filter by filter',
  body: (context) => ({
    kind: 'text',
    lines: context.subject === undefined ? [] : whyLines(context.subject, context),
  }),
};

function whyLines(subject: Ref, context: ViewContext): readonly Line[] {
  const object = objectOf(context.world, subject);
  if (object?.kind === 'Service') return serviceLines(object, context);
  if (object?.kind === 'Assignment') return assignmentLines(object, context);
  const what = object === undefined ? `${refText(subject)} is gone` : 'only services and replicas are placed';
  return [[span(` ${what}`, 'dim')]];
}

function serviceLines(service: Service, context: ViewContext): readonly Line[] {
  const { name } = service.metadata;
  const missing = missingReplicas(service, context.world.assignmentsOfService(name));
  const { word, tone, why } = serviceState(service);
  const verdicts = judgeNodes(service.spec, context.world.nodes.values(), [
    ...context.world.assignments.values(),
  ]);
  return [
    [span(` service/${name} `, 'strong'), span(`is ${word}`, tone), span(why === '' ? '' : `: ${why}`)],
    [
      span(
        missing.length === 0
          ? ' Every replica has its place.'
          : ` No place yet for ${plural(missing.length, 'replica')}: ${missing.map((index) => `${name}/${index}`).join(', ')}`,
        missing.length === 0 ? 'good' : 'bad',
      ),
    ],
    [],
    ...verdictLines(verdicts, service, context),
  ];
}

function assignmentLines(one: Assignment, context: ViewContext): readonly Line[] {
  const { world } = context;
  const service = world.services.get(one.spec.service);
  const words = (one.status.message ?? '').split('\n').filter((line) => line !== '');
  const head: readonly Line[] = [
    [
      span(` ${replicaName(one)} `, 'strong'),
      span('is '),
      stateSpan(one.status.state),
      span(` on ${one.spec.node}`),
      span(one.status.reason === undefined ? '' : `: ${one.status.reason}`, 'warn'),
    ],
    ...words.map((line) => [span(`   ${line}`, 'dim')]),
    [],
  ];
  if (service === undefined) return [...head, [span(' its service is gone: it is being stopped', 'dim')]];
  const verdicts = judgeNodes(service.spec, world.nodes.values(), [...world.assignments.values()], one);
  return [...head, ...verdictLines(verdicts, service, context)];
}

function verdictLines(
  verdicts: readonly NodeVerdict[],
  service: Service,
  { glyphs }: ViewContext,
): readonly Line[] {
  if (verdicts.length === 0) return [[span(' there is no node', 'bad')]];
  const fitting = verdicts.filter((one) => one.fits).length;
  return [
    [
      span(
        ` One more replica would fit ${fitting} of ${plural(verdicts.length, 'node')}; chosen by ${service.spec.placement.strategy}`,
        'title',
      ),
    ],
    ...verdicts.flatMap(({ node, fits, filters }): Line[] => [
      [span(`  ${fits ? glyphs.mark : 'x'} ${node}`, fits ? 'good' : 'bad')],
      ...filters.map((filter): Line => [
        span(`      ${filter.passed ? glyphs.mark : 'x'} `, filter.passed ? 'good' : 'bad'),
        span(`${filter.filter.padEnd(10)} `),
        span(filter.detail, filter.passed ? 'dim' : 'warn'),
      ]),
    ]),
  ];
}
