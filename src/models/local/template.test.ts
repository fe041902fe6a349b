import { describe, expect, it } from 'vitest';
import { smallModel } from '../../../test/support/small-model.ts';
import { openLibrary } from './library.ts';
import { chatTemplate, type ChatMessage } from './template.ts';

// The interpreter of templates comes with the library that runs the models.
const jinja = (await smallModel('smollm2')) ? (await openLibrary()).jinja : undefined;

const LOOP = '{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<reply>{% endif %}';
const NO_SYSTEM = `{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}${LOOP}`;
const user: ChatMessage = { role: 'user', content: 'Hi' };
const system: ChatMessage = { role: 'system', content: 'Be brief.' };

describe.skipIf(!jinja)('a chat template', () => {
  it.each<[title: string, source: string, messages: ChatMessage[], prefill: string | undefined, text: string]>([
    ['ends with the header of the reply', LOOP, [system, user], undefined, '<system>Be brief.<user>Hi<reply>'],
    ['is followed by the beginning of the reply', LOOP, [user], 'def f(', '<user>Hi<reply>def f('],
    ['without a role for the system has its words before the question', NO_SYSTEM, [system, user], undefined, '<user>Be brief.\n\nHi<reply>'],
    ['is given the marks of the text', '{{ bos_token }}-{{ eos_token }}', [user], undefined, '<s>-</s>'],
    ['that can switch reasoning off does', '{% if enable_thinking is defined and enable_thinking is false %}<think></think>{% endif %}', [user], undefined, '<think></think>'],
    ['that prints a date prints the same one every day', '{{ date_string }}', [user], undefined, '26 Jul 2024'],
  ])('%s', (_title, source, messages, prefill, text) => {
    expect(chatTemplate(jinja!, source, { bos: '<s>', eos: '</s>' })(messages, prefill)).toBe(text);
  });

  it.each<[title: string, source: string, messages: ChatMessage[], said: RegExp]>([
    ['refuses messages', "{{ raise_exception('roles must alternate') }}", [user, user], /refuses the messages: roles must alternate\./],
    ['refuses a system message alone', NO_SYSTEM, [system], /System role not supported\./],
    ['is broken', '{% for %}', [user], /chat template refuses the messages: /],
  ])('that %s is an error in its own words', (_title, source, messages, said) => {
    expect(() => chatTemplate(jinja!, source, { bos: '', eos: '' })(messages)).toThrow(said);
  });
});
