"""Who of the staff asks: by session cookie in a browser, by bearer token elsewhere.

A cookie is sent by the browser on its own, so a change asked for with one must come from our own pages; a
bearer token is proof enough by itself.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response, Security
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.requests import HTTPConnection

from bot.desk import Desk
from bot.problem import Problem, too_many
from bot.throttle import Rate, Throttle
from ledger.errors import SignInRefused
from ledger.models import Staff
from ledger.services import attendance, sign_ins
from ledger.services import staff as accounts
from ledger.services.credentials import CredentialKind
from ledger.services.staff import SignedIn
from ledger.vocabulary import Role, SignInKind

COOKIE: Final = "qingting_session"
OWN_HEADER: Final = "x-requested-with"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# What somebody may still do whose password was given to them.
WITHOUT_OWN_PASSWORD: Final = frozenset({"/api/v1/session", "/api/v1/session/password"})
RANKS: Final[Sequence[Role]] = tuple(Role)
# Of one name from one address, and of one address whatever the name.
GUESSES: Final = Rate(burst=5, a_minute=2)
GUESSES_OF_ADDRESS: Final = Rate(burst=30, a_minute=10)
# Who goes on guessing does not fill the network log.
NOTED: Final = Rate(burst=1, a_minute=1)

# For the OpenAPI description; the credential itself is read by `credential`.
_bearer = HTTPBearer(auto_error=False, description="A staff token, from `qingting token USER`.")
_cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="The session of the console.")


class Guard:
    """Counts failed sign-ins, so that a password cannot be found by trying."""

    def __init__(self) -> None:
        self._names = Throttle(GUESSES)
        self._addresses = Throttle(GUESSES_OF_ADDRESS)
        self._noted = Throttle(NOTED)

    async def sign_in(self, desk: Desk, address: str, username: str, password: str) -> SignedIn:
        """Open a session for the right name and password, from `address`.

        Raises Problem: 401 for a wrong one, 429 after too many of them.
        """
        name, now = f"{username.casefold()}@{address}", desk.now()
        if wait := max(self._names.wait(name, now), self._addresses.wait(address, now)):
            if not self._noted.wait(address, now):
                self._noted.take(address, now)
                await _note(desk, SignInKind.THROTTLED, address, username)
            raise too_many(wait, f"Too many sign-ins failed. Please try again in {round(wait) + 1} seconds.")
        try:
            async with desk.database.transaction() as session:
                opened = await accounts.sign_in(
                    session, username=username, password=password, policy=desk.policy, now=now
                )
                await sign_ins.note(
                    session, kind=SignInKind.OPENED, address=address, username=username, now=now
                )
                return opened
        except SignInRefused as error:
            self._names.take(name, now)
            self._addresses.take(address, now)
            await _note(desk, SignInKind.REFUSED, address, username)
            raise Problem(401, "sign_in_refused", str(error)) from None


async def _note(desk: Desk, kind: SignInKind, address: str, username: str) -> None:
    async with desk.database.transaction() as session:
        await sign_ins.note(session, kind=kind, address=address, username=username, now=desk.now())


def address_of(connection: HTTPConnection) -> str:
    """The address a request comes from, as the server or its trusted proxy says."""
    return connection.client.host if connection.client else "unknown"


def secure(connection: HTTPConnection) -> bool:
    """Whether the browser speaks TLS with us, or with a trusted proxy before us."""
    return connection.url.scheme in ("https", "wss")


def credential(connection: HTTPConnection) -> tuple[str, CredentialKind] | None:
    """The secret a request bears, and its kind; the header goes before the cookie."""
    scheme, _, secret = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret.strip():
        return secret.strip(), "token"
    session = connection.cookies.get(COOKIE)
    return (session, "session") if session else None


async def signed_in(connection: HTTPConnection) -> Staff | None:
    """Who asks, or None: for pages that send strangers to the sign-in. To ask is a sign of life."""
    found = credential(connection)
    if found is None:
        return None
    secret, kind = found
    desk: Desk = connection.app.state.desk
    async with desk.database.transaction() as session:
        person = await accounts.by_credential(session, secret=secret, kind=kind, now=desk.now())
        if person is not None:
            await attendance.seen(session, staff=person, policy=desk.policy, now=desk.now())
            if kind == "token":
                await sign_ins.note_token(
                    session,
                    staff=person,
                    address=address_of(connection),
                    policy=desk.policy,
                    now=desk.now(),
                )
        return person


async def current_staff(
    request: Request,
    _token: Annotated[object, Security(_bearer)] = None,
    _session: Annotated[object, Security(_cookie)] = None,
) -> Staff:
    """Who asks. Raises Problem: 401 without a valid credential, 403 for a change another site asked for."""
    person = await signed_in(request)
    if person is None:
        raise Problem(
            401,
            "sign_in_needed",
            "Sign in, or send a staff token as `Authorization: Bearer …`.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    refuse_forgery(request)
    if person.must_change_password and not _may_without_own_password(request):
        raise Problem(403, "password_change_needed", "Choose a password of your own first.")
    return person


def require(role: Role) -> Callable[[Staff], Awaitable[Staff]]:
    """A dependency that gives who asks, if they are at least `role`; otherwise 403."""

    async def permitted(staff: Annotated[Staff, Depends(current_staff)]) -> Staff:
        if not at_least(staff, role):
            raise Problem(
                403, "not_allowed", f"This needs the role {role.value}; yours is {staff.role.value}."
            )
        return staff

    return permitted


def at_least(staff: Staff, role: Role) -> bool:
    """Whether `staff` may do what `role` may."""
    return RANKS.index(staff.role) >= RANKS.index(role)


def refuse_forgery(request: Request) -> None:
    """Refuse a change that another site made this browser ask for (Problem 403)."""
    found = credential(request)
    by_cookie = found is not None and found[1] == "session"
    if request.method in SAFE_METHODS or not by_cookie or _from_own_page(request):
        return
    raise Problem(403, "foreign_origin", "A change by session cookie must come from the desk's own pages.")


def remember(response: Response, request: HTTPConnection, session: SignedIn, max_age: float) -> None:
    """Put the session into the browser's cookie, for `max_age` seconds."""
    response.set_cookie(
        COOKIE,
        session.secret,
        max_age=int(max_age),
        httponly=True,
        samesite="lax",
        secure=secure(request),
        path="/",
    )


def forget(response: Response) -> None:
    """Take the session out of the browser's cookie."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")


def _may_without_own_password(request: Request) -> bool:
    """A token was given out at the command line; a session must first get a password nobody else has seen."""
    found = credential(request)
    return request.url.path in WITHOUT_OWN_PASSWORD or (found is not None and found[1] == "token")


def _from_own_page(request: Request) -> bool:
    if OWN_HEADER in request.headers:
        return True
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")


StaffMember = Annotated[Staff, Depends(current_staff)]
Supervisor = Annotated[Staff, Depends(require(Role.SUPERVISOR))]
