"""Accounts, sign-ins, tokens, the Telegram link, and departments."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

import pytest
from sqlalchemy import select

from ledger.errors import (
    CodeExpired,
    Missing,
    NoSuchDepartment,
    NoSuchStaff,
    PasswordTooShort,
    SignInRefused,
    Taken,
)
from ledger.models import Credential, Staff
from ledger.services import departments, staff
from ledger.services.entries import DESK
from ledger.vocabulary import Role
from tests.ledger_world import LedgerWorld


async def sign_in(
    world: LedgerWorld, username: str = "wang", password: str = "long enough"
) -> staff.SignedIn:
    return await world.do(
        lambda session: staff.sign_in(
            session, username=username, password=password, policy=world.policy, now=world.now
        )
    )


async def bearer(world: LedgerWorld, secret: str, kind="session") -> Staff | None:
    return await world.do(
        lambda session: staff.by_credential(session, secret=secret, kind=kind, now=world.now)
    )


async def test_without_a_password_a_one_time_one_is_made(desk_ledger: LedgerWorld) -> None:
    created = await desk_ledger.do(
        lambda session: staff.create(session, username="wang", role=Role.AGENT, now=desk_ledger.now)
    )
    assert created.staff.must_change_password
    signed_in = await sign_in(desk_ledger, password=created.one_time_password)
    assert signed_in.staff.id == created.staff.id


async def test_a_username_is_taken_once(desk_ledger: LedgerWorld) -> None:
    await desk_ledger.staff("wang")
    with pytest.raises(Taken):
        await desk_ledger.staff("wang")


@pytest.mark.parametrize("username", ["", "a b", "a/b", "x" * 65])
async def test_a_username_is_letters_and_digits(desk_ledger: LedgerWorld, username: str) -> None:
    with pytest.raises(Missing):
        await desk_ledger.staff(username)


async def test_an_account_needs_an_existing_department(desk_ledger: LedgerWorld) -> None:
    with pytest.raises(NoSuchDepartment):
        await desk_ledger.staff("wang", department="nowhere")


async def test_passwords_are_kept_as_argon2id_only(desk_ledger: LedgerWorld) -> None:
    assert (await desk_ledger.staff("wang")).password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(("username", "password"), [("wang", "wrong"), ("nobody", "long enough")])
async def test_a_wrong_name_and_a_wrong_password_are_refused_alike(
    desk_ledger: LedgerWorld, username: str, password: str
) -> None:
    await desk_ledger.staff("wang")
    with pytest.raises(SignInRefused) as refused:
        await sign_in(desk_ledger, username, password)
    assert str(refused.value) == "The name or the password is wrong."


async def test_a_session_ends_after_its_time(desk_ledger: LedgerWorld) -> None:
    await desk_ledger.staff("wang")
    signed_in = await sign_in(desk_ledger)
    assert (await bearer(desk_ledger, signed_in.secret)).username == "wang"
    desk_ledger.now += desk_ledger.policy.limits.session
    assert await bearer(desk_ledger, signed_in.secret) is None


async def test_a_session_ends_with_signing_out(desk_ledger: LedgerWorld) -> None:
    await desk_ledger.staff("wang")
    secret = (await sign_in(desk_ledger)).secret
    await desk_ledger.do(lambda session: staff.sign_out(session, secret=secret, now=desk_ledger.now))
    assert await bearer(desk_ledger, secret) is None


async def test_secrets_are_kept_as_hashes_only(desk_ledger: LedgerWorld) -> None:
    await desk_ledger.staff("wang")
    secret = (await sign_in(desk_ledger)).secret
    [kept] = await desk_ledger.all(select(Credential))
    assert secret.encode() not in kept.hash


async def test_a_token_lasts_until_it_is_revoked(desk_ledger: LedgerWorld) -> None:
    wang = await desk_ledger.staff("wang")
    token = await desk_ledger.do(lambda session: staff.issue_token(session, staff=wang, now=desk_ledger.now))
    desk_ledger.later(days=400)
    assert await bearer(desk_ledger, token, "token")
    assert await bearer(desk_ledger, token, "session") is None
    assert (
        await desk_ledger.do(lambda session: staff.revoke_tokens(session, staff=wang, now=desk_ledger.now))
        == 1
    )
    assert await bearer(desk_ledger, token, "token") is None


async def test_a_disabled_account_ends_at_once(desk_ledger: LedgerWorld) -> None:
    wang = await desk_ledger.staff("wang")
    secret = (await sign_in(desk_ledger)).secret
    await desk_ledger.do(lambda session: staff.disable(session, username="wang", now=desk_ledger.now))
    assert await bearer(desk_ledger, secret) is None
    with pytest.raises(SignInRefused):
        await sign_in(desk_ledger)
    assert wang.username not in [one.username for one in await desk_ledger.do(staff.list_staff)]


async def test_a_new_password_ends_the_sessions_of_the_old(desk_ledger: LedgerWorld) -> None:
    await desk_ledger.staff("wang")
    secret = (await sign_in(desk_ledger)).secret
    await desk_ledger.do(
        lambda session: staff.set_password(
            session, username="wang", password="another long one", now=desk_ledger.now
        )
    )
    assert await bearer(desk_ledger, secret) is None
    assert not (await sign_in(desk_ledger, password="another long one")).staff.must_change_password


async def test_a_short_password_is_refused(desk_ledger: LedgerWorld) -> None:
    await desk_ledger.staff("wang")
    with pytest.raises(PasswordTooShort):
        await desk_ledger.do(
            lambda session: staff.set_password(
                session, username="wang", password="short", now=desk_ledger.now
            )
        )


async def test_an_administrator_resets_a_password_to_a_one_time_one(desk_ledger: LedgerWorld) -> None:
    admin = await desk_ledger.staff("admin", Role.ADMINISTRATOR)
    await desk_ledger.staff("wang")
    one_time = await desk_ledger.do(
        lambda session: staff.reset_password(session, username="wang", by=admin, now=desk_ledger.now)
    )
    assert (await sign_in(desk_ledger, password=one_time)).staff.must_change_password
    entry = (await desk_ledger.entries(DESK))[-1]
    assert (entry.action, entry.actor) == ("staff.password_changed", "admin")
    assert one_time not in str(entry.after)


async def test_a_reset_link_works_once_and_for_an_hour(desk_ledger: LedgerWorld) -> None:
    wang = await desk_ledger.staff("wang")

    def issue(session):
        return staff.issue_reset(session, staff=wang, now=desk_ledger.now)

    def use(secret):
        return desk_ledger.do(
            lambda session: staff.use_reset(
                session, secret=secret, password="a brand new one", now=desk_ledger.now
            )
        )

    secret = await desk_ledger.do(issue)
    await use(secret)
    with pytest.raises(CodeExpired):
        await use(secret)
    late = await desk_ledger.do(issue)
    desk_ledger.now += timedelta(hours=1)
    with pytest.raises(CodeExpired):
        await use(late)


async def test_a_link_code_links_one_chat_once(desk_ledger: LedgerWorld) -> None:
    wang = await desk_ledger.staff("wang")
    code = await desk_ledger.do(lambda session: staff.link_code(session, staff=wang))

    def link(chat):
        return desk_ledger.do(
            lambda session: staff.link_telegram(
                session, code=f" {code.lower()} ", chat=chat, now=desk_ledger.now
            )
        )

    await link("42")
    assert (await desk_ledger.do(lambda session: staff.by_telegram(session, "42"))).id == wang.id
    with pytest.raises(CodeExpired):
        await link("43")


async def test_a_chat_belongs_to_the_account_it_was_linked_to_last(desk_ledger: LedgerWorld) -> None:
    wang, li = await desk_ledger.staff("wang"), await desk_ledger.staff("li")
    for person in (wang, li):
        code = await desk_ledger.do(lambda session, person=person: staff.link_code(session, staff=person))
        await desk_ledger.do(
            lambda session, code=code: staff.link_telegram(session, code=code, chat="42", now=desk_ledger.now)
        )
    assert (await desk_ledger.do(lambda session: staff.by_telegram(session, "42"))).username == "li"


async def test_an_unknown_account_is_none(desk_ledger: LedgerWorld) -> None:
    with pytest.raises(NoSuchStaff):
        await desk_ledger.do(lambda session: staff.by_username(session, "nobody"))


async def test_departments_are_created_once_and_renamed_after_the_policy(desk_ledger: LedgerWorld) -> None:
    for _ in range(2):
        await desk_ledger.do(
            lambda session: departments.sync(session, policy=desk_ledger.policy, now=desk_ledger.now)
        )
    listed = await desk_ledger.do(departments.list_departments)
    assert [one.key for one in listed] == [one.key for one in desk_ledger.policy.departments]
    assert listed[0].headquarters
    assert (await desk_ledger.actions(DESK)).count("department.created") == len(listed)


async def test_the_duty_list_keeps_its_order_and_its_history(desk_ledger: LedgerWorld) -> None:
    wang, li = await desk_ledger.staff("wang"), await desk_ledger.staff("li")
    await desk_ledger.on_duty("sales", wang, li)
    await desk_ledger.on_duty("sales", li, wang)
    sales = await desk_ledger.do(lambda session: departments.department(session, "sales"))
    people = await desk_ledger.do(lambda session: departments.contacts_of(session, sales))
    assert [one.username for one in people] == ["li", "wang"]
    entry = (await desk_ledger.entries(DESK))[-1]
    assert entry.before == {"department": "sales", "staff": ["wang", "li"]}


async def test_naming_a_head_is_on_record(desk_ledger: LedgerWorld) -> None:
    wang = await desk_ledger.staff("wang")
    await desk_ledger.do(
        lambda session: departments.set_head(session, key="sales", head=wang, by=wang, now=desk_ledger.now)
    )
    entry = (await desk_ledger.entries(DESK))[-1]
    assert (entry.action, entry.actor) == ("department.head", "wang")
    assert (entry.before["staff"], entry.after["staff"]) == (None, "wang")


async def test_desks_that_start_together_make_each_department_once(desk_ledger: LedgerWorld) -> None:
    more = desk_ledger.policy.departments[0].model_copy(update={"key": "night_shift", "headquarters": False})
    policy = desk_ledger.policy.model_copy(update={"departments": (*desk_ledger.policy.departments, more)})

    def start() -> Awaitable[None]:
        return desk_ledger.do(lambda session: departments.sync(session, policy=policy, now=desk_ledger.now))

    await asyncio.gather(*(start() for _ in range(5)))
    known = await desk_ledger.do(departments.list_departments)
    assert [department.key for department in known].count("night_shift") == 1
