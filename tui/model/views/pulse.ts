// Pulse: the whole cluster at a glance. What is wrong stands before what is well.

import { type Line, lineWidth, type Span, span, window } from '../cells.ts';
import { bar, type Glyphs, loadTone } from '../glyphs.ts';
import type { Ring } from '../ring.ts';
import type { View, ViewContext } from '../view.ts';
import { age, duration, grouped, nodeSpan, percent, plural, serviceState } from '../wording.ts';
import type { World } from '../world.ts';
import { latestFirst, regardingText } from './events.ts';

const graphHeight = 4;
const barWidth = 20;
const wrongMax = 4;

export const pulseView: View = {
  id: 'pulse',
  title: 'Pulse',
  digit: '0',
  aliases: ['home', 'pu'],
  description: 'the cluster at a glance: quorum, nodes, services, load, what is wrong',
  body: (context) => ({ kind: 'text', lines: pulseLines(context) }),
};

function pulseLines(context: ViewContext): readonly Line[] {
  const { world, width } = context;
  if (!world.listed) return [[], [span('  waiting for the first answer of a peer', 'dim')]];
  const wrong = wrongLines(context);
  const head = [...summaryLines(context), [], ...graphLines(context), []];
  const events = eventLines(context);
  if (width >= 130) return [...head, ...beside(wrong, events, width)];
  return [...head, ...wrong, [], ...events];
}

const field = (name: string, ...content: readonly Span[]): Line => [
  span(` ${name.padEnd(9)} `, 'title'),
  ...content,
];

function summaryLines({ world, glyphs }: ViewContext): readonly Line[] {
  const nodes = [...world.nodes.values()];
  const inState = (state: string): number => nodes.filter((one) => one.status.state === state).length;
  const [ready, unknown, down] = [inState('ready'), inState('unknown'), inState('down')];
  const services = [...world.services.values()];
  const tones = services.map((one) => serviceState(one).tone);
  const failing = tones.filter((tone) => tone === 'bad').length;
  const moving = tones.filter((tone) => tone === 'warn').length;
  const wanted = services.reduce((sum, one) => sum + one.status.desired, 0);
  const there = services.reduce((sum, one) => sum + Math.min(one.status.ready, one.status.desired), 0);
  return [
    field('Quorum', ...quorumSpans(world)),
    field(
      'Nodes',
      ...bar(glyphs, ready, nodes.length, barWidth, ready < nodes.length ? 'warn' : 'good'),
      span(`  ${ready} ready`),
      count(unknown, 'unknown', 'warn'),
      count(down, 'down', 'bad'),
    ),
    field(
      'Services',
      ...bar(
        glyphs,
        services.length - failing - moving,
        services.length,
        barWidth,
        failing + moving > 0 ? 'warn' : 'good',
      ),
      span(`  ${services.length - failing - moving} whole`),
      count(moving, 'moving', 'warn'),
      count(failing, 'failing', 'bad'),
    ),
    field(
      'Replicas',
      ...bar(glyphs, there, wanted, barWidth, there < wanted ? 'warn' : 'good'),
      span(`  ${there}/${wanted} ready`),
    ),
  ];
}

const count = (value: number, word: string, tone: 'warn' | 'bad'): Span =>
  value === 0 ? span('') : span(`, ${value} ${word}`, tone);

function quorumSpans({ cluster }: World): readonly Span[] {
  if (cluster === undefined) return [span('not told yet', 'dim')];
  const { quorum, leader, term, commitIndex } = cluster;
  if (quorum.have === null)
    return [span(`${quorum.voters} voters, ${quorum.need} needed; who is there is not known`, 'bad')];
  const { have } = quorum;
  const spare = have - quorum.need;
  const tone = spare < 0 ? 'bad' : spare === 0 ? 'warn' : 'good';
  const outlook = spare < 0 ? 'nothing can be written' : `can lose ${spare}`;
  const who =
    leader === null
      ? span('  no leader', 'bad')
      : span(`  ${leader} leads in term ${term}, index ${grouped(commitIndex)}`);
  return [span(`${have}/${quorum.voters} voters, ${outlook}`, tone), who];
}

/** CPU and memory of all nodes together, side by side. */
function graphLines({ world, glyphs, width }: ViewContext): readonly Line[] {
  const each = Math.min(100, Math.floor((width - 3) / 2));
  const cpu = graph('CPU', world.total.cpu, each, glyphs);
  const memory = graph('Memory', world.total.memory, each, glyphs);
  return cpu.map((line, index) => padTo(line, each + 1).concat(memory[index] ?? []));
}

function graph(title: string, ring: Ring<number>, width: number, glyphs: Glyphs): readonly Line[] {
  const values = ring.toArray().slice(-(width - 1));
  const last = values.at(-1);
  const figure = last === undefined ? 'not told yet' : percent(last);
  const top: Line = [span(` ${title} `, 'title'), span(figure, last === undefined ? 'dim' : loadTone(last))];
  const levels = glyphs.levels.length - 1;
  const rows = Array.from({ length: graphHeight }, (_, fromTop): Line => {
    const floor = graphHeight - 1 - fromTop;
    const columns = values.map((value) => {
      const eighths = Math.round(Math.min(1, value) * graphHeight * levels) - floor * levels;
      const least = floor === 0 && value > 0 ? 1 : 0;
      return glyphs.levels[Math.max(least, Math.min(levels, eighths))] ?? '';
    });
    return [
      span(' '),
      span(columns.join('').padStart(width - 1), last === undefined ? 'dim' : loadTone(last)),
    ];
  });
  return [top, ...rows];
}

function wrongLines({ world, now, glyphs }: ViewContext): readonly Line[] {
  const nodes = [...world.nodes.values()]
    .filter((one) => one.status.state !== 'ready')
    .map((one): Line => [
      span(`  ${glyphs.dot} `, 'bad'),
      span(`node/${one.metadata.name} `),
      nodeSpan(one.status.state),
      span(`  changed ${age(one.metadata.updatedAt, now.wallMs)} ago`, 'dim'),
    ]);
  const services = [...world.services.values()].flatMap((one): Line[] => {
    const { word, tone, why } = serviceState(one);
    if (tone !== 'bad' && tone !== 'warn') return [];
    const { ready, desired } = one.status;
    return [
      [
        span(`  ${glyphs.dot} `, tone),
        span(`service/${one.metadata.name} ${ready}/${desired} `),
        span(word, tone),
        span(why === '' ? '' : `  ${why}`, 'dim'),
      ],
    ];
  });
  const slow = (world.cluster?.peers ?? []).flatMap((peer): Line[] => {
    if (!peer.voter || peer.lastContactMs === null || peer.lastContactMs < 2_000) return [];
    return [
      [
        span(`  ${glyphs.dot} `, 'bad'),
        span(`peer/${peer.id} was heard ${duration(peer.lastContactMs)} ago`),
      ],
    ];
  });
  const all = [...slow, ...nodes, ...services];
  if (all.length === 0) return [[span(' Nothing is wrong', 'good')]];
  const more = all.length - wrongMax;
  return [
    [span(` ${plural(all.length, 'thing')} wrong`, 'bad')],
    ...all.slice(0, wrongMax),
    ...(more > 0 ? [[span(`    and ${more} more`, 'dim')]] : []),
  ];
}

function eventLines(context: ViewContext): readonly Line[] {
  const { world, now, height } = context;
  const latest = [...world.events.values()].sort(latestFirst).slice(0, Math.max(4, height - 18));
  if (latest.length === 0) return [[span(' No events', 'dim')]];
  return [
    [span(' Latest events', 'title')],
    ...latest.map((one): Line => [
      span(` ${age(one.status.lastSeen, now.wallMs).padStart(5)}  `, 'dim'),
      span(regardingText(one, context)),
      span(`  ${one.spec.reason}`, one.spec.type === 'Warning' ? 'warn' : 'plain'),
      span(one.status.count > 1 ? ` x${one.status.count}` : ''),
      span(`  ${one.spec.message.split('\n')[0] ?? ''}`, 'dim'),
    ]),
  ];
}

function beside(left: readonly Line[], right: readonly Line[], width: number): readonly Line[] {
  const half = Math.floor(width / 2);
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => [
    ...padTo(window(left[index] ?? [], 0, half - 1), half),
    ...(right[index] ?? []),
  ]);
}

function padTo(line: Line, width: number): Line {
  return [...line, span(' '.repeat(Math.max(0, width - lineWidth(line))))];
}
