import { seededRandom, type Random } from '../selection/random.ts';
import { ArgumentMaker, constructions, keyOf } from './inputs.ts';
import { isKilled, type Argument, type Case, type ClassHead, type Fate, type Mutation, type MutationLanguage, type ObservedCase, type Outcome, type Place, type Struck, type Target } from './types.ts';

export interface ExploreOptions {
  /** Share of mutants at which no more inputs are looked for. */
  goal: number;
  /** Rounds of new inputs near what survives. */
  rounds: number;
  /** Milliseconds since the epoch after which no round begins. */
  until: number;
  seed: number;
  onProgress?: (text: string) => void;
}

export interface Explored {
  cases: Map<string, ObservedCase>;
  /** Cases that tell a mutant apart, by its id. */
  kills: Map<number, Set<string>>;
  fates: Map<number, Fate>;
  /** Functions that cannot be pinned, and why. */
  skipped: Map<string, string>;
  problem?: string;
}

/** Inputs of a function before any mutant is looked at. */
const FIRST = 60;
/** Sets of arguments below which each is tried on all objects that were made. */
const FEW = 6;
/** New inputs of a function in each round. */
const NEAR = 24;
/** Cases that a mutant is tried with in one go: those that reach its line, one for each different outcome. */
const TRIED = 60;
const CLOCK = 'reads the clock';
/** Rounds without a new kill after which no more are made. */
const IDLE = 3;
/** Cases of which a class of outcomes (the same lines, the same kind) keeps no more. */
const OF_A_KIND = 25;

/**
 * Looks for inputs that tell mutants apart: makes some, sees what the present code does on them in two processes with another hash seed, and
 * then, round by round, changes those that reach a surviving mutant's line, towards the constants that stand near it.
 */
export class Explorer {
  private readonly random: Random;
  private readonly makers = new Map<string, ArgumentMaker>();
  private readonly seen = new Set<string>();
  private readonly found: Explored = { cases: new Map(), kills: new Map(), fates: new Map(), skipped: new Map() };
  private readonly receivers = new Map<string, string[]>();
  private number = 0;

  constructor(
    private readonly place: Place,
    private readonly language: MutationLanguage,
    private readonly targets: readonly Target[],
    private readonly classes: readonly ClassHead[],
    private readonly mutations: readonly Mutation[],
    private readonly options: ExploreOptions,
  ) {
    this.random = seededRandom(options.seed);
  }

  async run(): Promise<Explored> {
    const { language, place, options } = this;
    const called = this.targets.filter((target) => this.callable(target));
    const elsewhere = await language.callsElsewhere(place, called.map(({ name }) => name));
    for (const target of called) {
      const short = target.name.split('.').pop();
      const calls = [...target.calls, ...elsewhere.filter(({ name }) => name === short).map((call) => call.arguments)];
      this.makers.set(target.name, new ArgumentMaker({ ...target, calls }, this.classes, language.writer, this.random));
    }
    const first = called.flatMap((target) => this.firstCases(target));
    options.onProgress?.(`${first.length} inputs of ${called.length} functions`);
    if (!(await this.observe(first))) return this.found;
    await this.strike(this.mutations);
    let [best, idle] = [0, 0];
    for (let round = 0; round < options.rounds && Date.now() < options.until; round += 1) {
      const alive = this.alive();
      const share = this.mutations.length === 0 ? 1 : 1 - alive.length / this.mutations.length;
      options.onProgress?.(`round ${round + 1}: ${this.found.cases.size} cases tell ${Math.round(share * 100)} of 100 mutants apart`);
      if (alive.length === 0 || (share >= options.goal && round >= 2)) break;
      [best, idle] = share > best ? [share, 0] : [best, idle + 1];
      if (idle >= IDLE) break;
      const fresh = this.nearCases(alive);
      if (fresh.length === 0) break;
      const before = new Set(this.found.cases.keys());
      if (!(await this.observe(fresh))) break;
      await this.strike(alive, new Set([...this.found.cases.keys()].filter((id) => !before.has(id))));
    }
    return this.found;
  }

  private firstCases(target: Target): Case[] {
    const all = this.makers.get(target.name)!.first(FIRST);
    // What takes few arguments is told by its object.
    const receivers = all.length < FEW ? this.receiversOf(target) : [];
    return all.flatMap((args) => (receivers.length > 0 ? receivers.flatMap((one) => this.newCase(target, args, one) ?? []) : (this.newCase(target, args) ?? [])));
  }

  private callable(target: Target): boolean {
    const why = target.impure ?? (target.kind === 'class' || target.kind === 'static' || target.kind === 'function' || target.kind === 'constructor' || this.receiversOf(target).length > 0 ? undefined : 'no object of its class could be made');
    if (why !== undefined) this.found.skipped.set(target.name, why);
    return why === undefined;
  }

  private receiversOf(target: Target): string[] {
    if (target.kind !== 'method' && target.kind !== 'property') return [];
    const owner = target.name.slice(0, target.name.lastIndexOf('.'));
    const known = this.receivers.get(owner);
    if (known) return known;
    const head = this.classes.find(({ name }) => name === owner);
    const made = !head ? [] : head.members ? head.members.map((member) => `${owner}.${member}`) : constructions(head, this.classes, this.language.writer, this.random, 12);
    this.receivers.set(owner, made);
    return made;
  }

  private newCase(target: Target, args: Argument[], receiver?: string): Case | undefined {
    const receivers = this.receiversOf(target);
    const subject = receiver ?? (receivers.length > 0 ? this.random.pick(receivers) : undefined);
    const key = `${target.name}|${subject ?? ''}|${keyOf(args)}`;
    if (this.seen.has(key)) return undefined;
    this.seen.add(key);
    this.number += 1;
    return { id: `c${this.number}`, function: target.name, ...(subject === undefined ? {} : { receiver: subject }), arguments: args };
  }

  /** Keeps what two processes agree on and what touches nothing else. False: the module cannot be used at all. */
  private async observe(cases: readonly Case[]): Promise<boolean> {
    if (cases.length === 0) return true;
    const { language, place, targets, found } = this;
    const [one, other] = await Promise.all([language.observe(place, cases, targets, 1), language.observe(place, cases, targets, 2)]);
    if (one.outcomes.size === 0) {
      found.problem = one.problem ?? 'it gave no answer';
      return false;
    }
    const classes = new Map<string, number>();
    const refused = new Map<string, Map<string, number>>();
    const refuse = (name: string, why: string): void => {
      const mine = refused.get(name) ?? new Map<string, number>();
      refused.set(name, mine.set(why, (mine.get(why) ?? 0) + 1));
    };
    for (const item of cases) {
      const outcome = one.outcomes.get(item.id);
      const again = other.outcomes.get(item.id);
      const why = unfit(item, outcome, again);
      if (why !== undefined || !outcome) {
        refuse(item.function, why ?? 'it gave no answer');
        continue;
      }
      const kind = `${item.function}|${outcome.lines.join(',')}|${outcome.kind}`;
      const many = (classes.get(kind) ?? 0) + 1;
      classes.set(kind, many);
      if (many <= OF_A_KIND) found.cases.set(item.id, { ...item, outcome });
    }
    for (const [name, reasons] of refused) {
      if ([...found.cases.values()].some((item) => item.function === name)) continue;
      found.skipped.set(name, [...reasons].toSorted(([, a], [, b]) => b - a)[0]![0]);
    }
    for (const item of found.cases.values()) found.skipped.delete(item.function);
    return true;
  }

  /** Tries mutants with the cases that reach their line, or with those of their function where none does. */
  private async strike(mutations: readonly Mutation[], only?: ReadonlySet<string>): Promise<void> {
    const all = [...this.found.cases.values()].filter(({ id }) => !only || only.has(id));
    const strikes = mutations.flatMap((mutation) => {
      const reaching = all.filter(({ outcome }) => outcome.lines.includes(mutation.line));
      // The line of a statement that spans several may be reported as another: its function's cases stand in.
      const tried = reaching.length > 0 ? reaching : all.filter((item) => item.function === mutation.function);
      return tried.length === 0 ? [] : [{ mutation, cases: this.random.shuffled(tried).slice(0, TRIED).map(({ id }) => id) }];
    });
    if (strikes.length === 0) return;
    const struck: Struck[] = await this.language.strike(this.place, all, this.targets, strikes);
    for (const { id, killed, fate } of struck) {
      const before = this.found.fates.get(id);
      if (before === undefined || !isKilled(before)) this.found.fates.set(id, fate);
      const kills = this.found.kills.get(id) ?? new Set<string>();
      for (const name of killed) kills.add(name);
      // A mutant that hangs or dies as a whole is told apart by any case that reaches it.
      if (killed.length === 0 && (fate === 'timeout' || fate === 'crashed')) for (const name of strikes.find(({ mutation }) => mutation.id === id)!.cases.slice(0, 3)) kills.add(name);
      if (kills.size > 0) this.found.kills.set(id, kills);
    }
  }

  private alive(): Mutation[] {
    return this.mutations.filter(({ id }) => (this.found.fates.get(id) ?? 'survived') === 'survived');
  }

  private nearCases(alive: readonly Mutation[]): Case[] {
    const made: Case[] = [];
    const byFunction = new Map<string, Mutation[]>();
    for (const mutation of alive) byFunction.set(mutation.function, [...(byFunction.get(mutation.function) ?? []), mutation]);
    for (const mutations of byFunction.values()) {
      let left = NEAR;
      for (let attempt = 0; attempt < NEAR * 4 && left > 0; attempt += 1) {
        const mutation = this.random.pick(mutations);
        const next = this.nearCase(mutation);
        if (!next) continue;
        made.push(next);
        left -= 1;
      }
    }
    return made;
  }

  private nearCase(mutation: Mutation): Case | undefined {
    const all = [...this.found.cases.values()];
    const reaching = all.filter(({ outcome }) => outcome.lines.includes(mutation.line));
    const mine = all.filter((item) => item.function === mutation.function);
    // Beside what reaches the line, any input of its function: the line may need a branch that none takes yet.
    const pool = reaching.length > 0 && this.random.chance(0.75) ? reaching : mine.length > 0 ? mine : all;
    const base = pool.length > 0 ? this.random.pick(pool) : undefined;
    if (!base) return undefined;
    const target = this.targets.find(({ name }) => name === base.function)!;
    const owner = this.targets.find(({ name }) => name === mutation.function);
    const close = [...(owner?.constants ?? []), ...target.constants].filter(({ line }) => Math.abs(line - mutation.line) <= 2).map(({ text }) => text);
    const constants = close.length > 0 && this.random.chance(0.7) ? close : [...target.constants, ...(owner?.constants ?? [])].map(({ text }) => text);
    const args = this.makers.get(target.name)?.near(base.arguments, constants);
    if (!args) return undefined;
    return this.newCase(target, args, this.random.chance(0.5) ? base.receiver : undefined);
  }
}

/** Why a case pins nothing that lasts; undefined when it is fit. */
function unfit(item: Case, outcome: Outcome | undefined, again: Outcome | undefined): string | undefined {
  if (!outcome || !again) return 'it gave no answer';
  if (outcome.kind === 'timeout' || again.kind === 'timeout') return 'it takes longer than half a second';
  if (outcome.kind === 'crashed' || again.kind === 'crashed') return 'it ends the process';
  // The second process is years ahead: where both agree, and no argument is a moment itself, the clock does not matter.
  const apart = /\b(date|datetime|Date)\(/.test(JSON.stringify([item.receiver ?? '', item.arguments])) || outcome.key !== again.key;
  const effect = [...outcome.effects, ...again.effects].find((one) => one !== CLOCK || apart);
  if (effect !== undefined) return `it ${effect}`;
  if (outcome.key !== again.key) return 'its answer differs from process to process';
  // A refusal of the interpreter before the function's own code ran says nothing of it.
  if (outcome.kind === 'raises' && outcome.lines.length === 0 && outcome['inside'] !== true) return 'no made argument fits its parameters';
  return undefined;
}
