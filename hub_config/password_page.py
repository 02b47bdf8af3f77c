"""Signing in, and choosing a password, signed in or by a link: the pages of `hub_config.authenticator`."""

from urllib.parse import urlencode

from jupyterhub.handlers.base import BaseHandler
from jupyterhub.handlers.login import LoginHandler
from jupyterhub.utils import url_path_join
from tornado import web

from .passwords import LEAST_PASSWORD


class SignIn(LoginHandler):
    """The sign-in page; who has a password that was handed out goes on to choose another."""

    def get_next_url(self, user=None, default=None) -> str:
        """Return where to go after signing in."""
        wanted = super().get_next_url(user, default)
        if user is None or not self.authenticator.must_choose(user.name):
            return wanted
        return url_path_join(self.hub.base_url, "password") + "?" + urlencode({"next": wanted})


class OwnPassword(BaseHandler):
    """Change the own password, by the one that holds now."""

    @web.authenticated
    async def get(self) -> None:
        """Show the form."""
        await self._show()

    @web.authenticated
    async def post(self) -> None:
        """Change it and go on; or say why not, and change nothing."""
        user = self.current_user
        now, new, again = (self.get_body_argument(key, "", strip=False) for key in ("now", "new", "again"))
        why = "differ" if new != again else await self.authenticator.change(user, now, new)
        if why:
            self.set_status(422)
            await self._show(why)
            return
        self.set_login_cookie(user)  # this session goes on, the others have ended
        self.redirect(self.get_next_url(user, default=url_path_join(self.hub.base_url, "home")))

    async def _show(self, why: str = "") -> None:
        person = self.current_user.name
        await show_form(self, person, why, must=self.authenticator.must_choose(person), asks_now=True)


class Invitation(BaseHandler):
    """Choose a first password, or another after a forgotten one, by a link that holds once."""

    async def get(self, secret: str) -> None:
        """Show the form; the link is not used up by looking."""
        name = await self.authenticator.invited(secret)
        if name is None:
            raise web.HTTPError(404, "This link was used, is over, or never was one. Ask for a new one.")
        await self._show(name)

    async def post(self, secret: str) -> None:
        """Set the password and go on to sign in; or say why not, and change nothing."""
        name = await self.authenticator.invited(secret)
        if name is None:
            raise web.HTTPError(404, "This link was used, is over, or never was one. Ask for a new one.")
        new, again = (self.get_body_argument(key, "", strip=False) for key in ("new", "again"))
        why = "differ" if new != again else await self.authenticator.accept(name, new)
        if why:
            self.set_status(422)
            await self._show(name, why)
            return
        self.redirect(url_path_join(self.hub.base_url, "login"))

    async def _show(self, name: str, why: str = "") -> None:
        self.set_header("Referrer-Policy", "no-referrer")
        await show_form(self, name, why, must=False, asks_now=False)


async def show_form(handler: BaseHandler, person: str, why: str, *, must: bool, asks_now: bool) -> None:
    """Answer with the form that sets a password."""
    page = await handler.render_template(
        "password.html",
        person=person,
        why=why,
        least=LEAST_PASSWORD,
        must=must,
        asks_now=asks_now,
        xsrf=handler.xsrf_token.decode("ascii"),
        action=handler.request.uri,
    )
    handler.finish(page)
