import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

import type { Json } from '../../../src/common/index.ts';
import { fit, keepAliveMsOf, piecesOf, type Message } from './prompt.ts';
import type { Scheduler } from './scheduler.ts';
import type { Fault, RequestRecord, ScriptedAnswer, ScriptedModel, ScriptedOllamaOptions } from './types.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Everything one chat request needs; the server makes it. */
export interface ChatTurn {
  readonly model: ScriptedModel;
  readonly body: { readonly [name: string]: Json };
  readonly messages: readonly Message[];
  readonly record: RequestRecord;
  readonly response: ServerResponse;
  readonly fault: Fault | undefined;
  readonly ask: () => Promise<ScriptedAnswer>;
  readonly changed: () => void;
}

export interface ChatWorld {
  readonly options: ScriptedOllamaOptions;
  readonly time: VirtualTime;
  readonly scheduler: Scheduler;
}

export function sendError(response: ServerResponse, status: number, message: string): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify({ error: message }));
}

const NANOSECONDS = 1_000_000;

/** Works on one chat request from the queue to the last line, with its fault. */
export async function chat(world: ChatWorld, turn: ChatTurn): Promise<void> {
  const { options, time, scheduler } = world;
  const { model, body, messages, record, response } = turn;
  const isGone = () => response.destroyed || response.writableEnded;
  const settle = (outcome: RequestRecord['outcome']) => {
    record.outcome = outcome;
    record.endedMs = time.now();
    turn.changed();
  };
  const asked = (body['options'] ?? {}) as { readonly [name: string]: Json };
  const numCtx = Math.min(Number(asked['num_ctx'] ?? 4096), model.maxContextTokens ?? 32_768);
  const answer = turn.fault === undefined ? await turn.ask() : undefined;
  const fault = turn.fault ?? answer?.fault;

  if (fault?.kind === 'status') {
    settle('refused');
    if (fault.html === true)
      response.writeHead(fault.status, { 'content-type': 'text/html' }).end('<h1>bad gateway</h1>');
    else sendError(response, fault.status, fault.message ?? 'scripted error');
    return;
  }
  if (fault?.kind === 'refuse-connection') {
    settle('failed');
    response.destroy();
    return;
  }

  const loadMs = fault?.kind === 'slow-load' ? fault.loadMs : (model.loadMs ?? 2000);
  const slot = await scheduler.acquire({
    model,
    numCtx,
    keepAliveMs: keepAliveMsOf(body['keep_alive']),
    loadMs,
    isGone,
  });
  if (slot === undefined) {
    settle('refused');
    sendError(response, 503, 'server busy, please try again.  maximum pending requests exceeded');
    return;
  }
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  try {
    if (isGone()) return settle('cancelled');
    record.outcome = 'running';
    record.startedMs = time.now();
    record.loadMs = slot.loadMs;
    turn.changed();
    if (fault?.kind === 'hang-before-headers') {
      await closed;
      return settle('cancelled');
    }
    const tokensOf = options.tokensOf ?? ((text: string) => Math.ceil(text.length / 4));
    const fitting = fit(messages, numCtx, body['truncate'] !== false, options.overflow ?? 'refuse', tokensOf);
    if (fitting.kind === 'refused') {
      settle('refused');
      sendError(response, 400, fitting.message);
      return;
    }
    record.promptTokens = fitting.promptTokens;
    turn.changed();
    const outcome = await stream(world, turn, {
      answer: answer ?? (await turn.ask()),
      fault,
      loadMs: slot.loadMs,
      promptTokens: fitting.promptTokens,
      numCtx,
      numPredict: Number(asked['num_predict'] ?? -1),
      isGone,
      closed,
    });
    settle(outcome);
  } finally {
    slot.release();
  }
}

interface Streaming {
  readonly answer: ScriptedAnswer;
  readonly fault: Fault | undefined;
  readonly loadMs: number;
  readonly promptTokens: number;
  readonly numCtx: number;
  readonly numPredict: number;
  readonly isGone: () => boolean;
  readonly closed: Promise<void>;
}

async function stream(world: ChatWorld, turn: ChatTurn, plan: Streaming): Promise<RequestRecord['outcome']> {
  const { response, model } = turn;
  const { answer, fault, promptTokens } = plan;
  const line = (value: Json) => response.write(`${JSON.stringify(value)}\n`);
  const name = model.name;
  const message = (content: string, thinking?: string): Json => ({
    model: name,
    created_at: new Date().toISOString(),
    message: { role: 'assistant', content, ...(thinking === undefined ? {} : { thinking }) },
    done: false,
  });

  const all = answer.chunks ?? piecesOf(answer.text);
  const room = Math.max(0, plan.numCtx - promptTokens);
  const limit = plan.numPredict > 0 ? Math.min(plan.numPredict, room) : room;
  const pieces = all.slice(0, limit);
  const promptMs = (promptTokens / (model.promptTokensPerSecond ?? 1000)) * 1000;
  const answerMs = (pieces.length / (model.answerTokensPerSecond ?? 50)) * 1000;
  await world.time.sleep(promptMs);
  const faultAt = fault !== undefined && 'afterChunks' in fault ? (fault.afterChunks ?? 1) : 1;

  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.flushHeaders();
  if (answer.thinking !== undefined) line(message('', answer.thinking));
  for (const [index, piece] of [...pieces, undefined].entries()) {
    if (plan.isGone()) return 'cancelled';
    if (fault !== undefined && index === Math.min(faultAt, pieces.length)) {
      const ended = await strike(fault, response, plan.closed);
      if (ended !== undefined) return ended;
    }
    if (piece !== undefined) line(message(piece));
    if (answer.chunkPauseMs !== undefined) await Promise.race([pause(answer.chunkPauseMs), plan.closed]);
  }
  await world.time.sleep(answerMs);
  const totalMs = plan.loadMs + promptMs + answerMs;
  line({
    model: name,
    created_at: new Date().toISOString(),
    message: { role: 'assistant', content: '' },
    done: true,
    done_reason: pieces.length < all.length ? 'length' : 'stop',
    total_duration: Math.round(totalMs * NANOSECONDS),
    load_duration: Math.round(plan.loadMs * NANOSECONDS),
    prompt_eval_count: promptTokens,
    prompt_eval_duration: Math.round(promptMs * NANOSECONDS),
    eval_count: pieces.length,
    eval_duration: Math.round(answerMs * NANOSECONDS),
  });
  response.end();
  return 'done';
}

/** Carries out a fault in the middle of a stream; `undefined` when the stream goes on. */
async function strike(
  fault: Fault,
  response: ServerResponse,
  closed: Promise<void>,
): Promise<RequestRecord['outcome'] | undefined> {
  switch (fault.kind) {
    case 'hang-mid-stream':
      await closed;
      return 'cancelled';
    case 'cut-stream':
      await new Promise<void>((flushed) => response.write('', () => flushed()));
      response.destroy();
      return 'failed';
    case 'end-without-done':
      response.end();
      return 'failed';
    case 'stream-error':
      response.end(`${JSON.stringify({ error: fault.message ?? 'scripted error in the stream' })}\n`);
      return 'failed';
    case 'garbage':
      response.write(`${fault.line ?? '{"model":"x","message":{"role":"assis\u0000'}\n`);
      return undefined;
    case 'hang-before-headers':
    case 'status':
    case 'refuse-connection':
    case 'slow-load':
      return undefined;
  }
}
