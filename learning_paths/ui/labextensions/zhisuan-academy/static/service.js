// Requests to the learner's own server, under Lab's own settings (token, XSRF).

/** What went wrong, in words for the learner; `field` names the input that is to blame. */
export class ServiceError extends Error {
  constructor(message, status, field) {
    super(message);
    this.status = status;
    this.field = field;
  }
}

const TRIES = 5;
const PAUSE_MILLISECONDS = 1000;

export class Service {
  /** @param services  Lab's @jupyterlab/services  @param {import('./words.js').Words} words */
  constructor(services, words) {
    this.connection = services.ServerConnection;
    this.words = words;
  }

  /** A page for staff, beside the servers of the same hub: of all learners, or another by its name. */
  staffPage(name = '') {
    return this.hubPage(() => `services/academy/${name}`);
  }

  /** Where a course's office opens: a server of its own, of whoever teaches there. */
  officePage(course) {
    return this.hubPage(person => `hub/spawn/${person}/${course}`);
  }

  hubPage(path) {
    const base = new URL(this.connection.makeSettings().baseUrl);
    const [, above, person] = /^(.*?\/)user\/([^/]+)\//.exec(base.pathname) ?? [null, base.pathname, ''];
    return new URL(above + path(person), base).href;
  }

  get(path) {
    return this.request(path, 'GET');
  }

  post(path, body) {
    return this.request(path, 'POST', body);
  }

  put(path, body) {
    return this.request(path, 'PUT', body);
  }

  /** Do what may be done twice, and again while there is no server or it is not itself. */
  async steadily(work) {
    for (let left = TRIES - 1; ; left--) {
      try {
        return await work();
      } catch (error) {
        if (!left || (error.status && error.status < 500)) {
          throw error;
        }
        await new Promise(done => setTimeout(done, PAUSE_MILLISECONDS));
      }
    }
  }

  async request(path, method, body) {
    const settings = this.connection.makeSettings();
    const init = { method, body: body === undefined ? undefined : JSON.stringify(body) };
    let answer;
    try {
      answer = await this.connection.makeRequest(`${settings.baseUrl}academy/${path}`, init, settings);
    } catch {
      throw new ServiceError(this.words.say('no-server'), 0);
    }
    const data = await answer.json().catch(() => null);
    if (!answer.ok) {
      const said = (this.words.language === 'zh' && data?.error_zh) || data?.error;
      throw new ServiceError(said ?? this.words.say('strange', { status: answer.status }), answer.status, data?.field);
    }
    return data;
  }
}
