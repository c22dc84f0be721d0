"""What one client, one address and the node may use: at, below and above each
bound, and that room comes back."""

from websockets.exceptions import InvalidStatusCode

from support import tokens
from support.node_test import NodeTest
from support.waiting import wait_until


class Limited(NodeTest):
    """A test of what is refused at the door."""

    async def refused(self, **options):
        """Status and headers with which an upgrade is refused."""
        with self.assertRaises(InvalidStatusCode) as refused:
            await self.stranger(bearer=tokens.token("late"), **options)
        return refused.exception.status_code, refused.exception.headers

    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.inside = []

    async def speaker(self, *arguments, **options):
        one = await super().speaker(*arguments, **options)
        self.inside.append(one)
        return one

    async def stranger(self, **options):
        one = await super().stranger(**options)
        self.inside.append(one)
        return one

    async def asyncTearDown(self):
        for one in self.inside:  # or there is no room for the two after
            await one.close()
        self.node.wait_until_idle()
        await super().asyncTearDown()

    def refusals(self, reason):
        return self.node.metric(
            f'rookery_upgrades_refused_total{{reason="{reason}"}}')


class NodeIsFull(Limited):
    more = "limits { connections = 3 }"

    async def test_the_last_place_is_given_and_no_more(self):
        speakers = await self.speakers("ann", "bob", "cyd")
        before = self.refusals("node_full")
        status, headers = await self.refused()
        self.assertEqual(status, 503)
        self.assertGreater(int(headers["Retry-After"]), 0)
        self.assertEqual(self.refusals("node_full"), before + 1)
        await speakers[0].close()
        wait_until(lambda: self.node.descriptors()
                   == self.node.idle_descriptors + 2, "a place is free")
        await self.speaker("dan")
        # Those who were in have noticed nothing.
        await speakers[1].reply("ping")

    async def test_health_needs_a_place_too_but_not_of_the_internal_port(self):
        await self.speakers("ann", "bob", "cyd")
        self.assertEqual(self.node.get("/health")[0], 503)
        self.assertEqual(self.node.get("/health", internal=True)[0], 200)


class AddressIsFull(Limited):
    more = 'limits { connections-per-address = 2, trusted-proxies = ["::1"] }'

    async def test_an_address_gets_its_connections_and_no_more(self):
        await self.speakers("ann", "bob")
        status, headers = await self.refused()
        self.assertEqual(status, 429)
        self.assertGreater(int(headers["Retry-After"]), 0)

    async def test_anybody_may_send_x_forwarded_for_and_is_not_believed(self):
        await self.speakers("ann", "bob")
        status, _ = await self.refused(
            headers={"X-Forwarded-For": "203.0.113.5"})
        self.assertEqual(status, 429)


class BehindAProxy(Limited):
    more = ('limits { connections-per-address = 2, '
            'trusted-proxies = ["127.0.0.0/8"] }')

    async def client_of(self, *addresses):
        return await self.stranger(
            bearer=tokens.token("ann"),
            headers={"X-Forwarded-For": ", ".join(addresses)})

    async def test_clients_are_told_apart_by_what_the_proxy_says(self):
        for _ in range(2):
            await self.client_of("203.0.113.5")
        status, _ = await self.refused(
            headers={"X-Forwarded-For": "203.0.113.5"})
        self.assertEqual(status, 429)
        # Only the last one was written by the proxy.
        status, _ = await self.refused(
            headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.5"})
        self.assertEqual(status, 429)
        await self.client_of("203.0.113.6")

    async def test_one_network_of_ipv6_is_one_client(self):
        for host in (1, 2):
            await self.client_of(f"2001:db8::{host}")
        status, _ = await self.refused(
            headers={"X-Forwarded-For": "2001:db8::abcd"})
        self.assertEqual(status, 429)
        await self.client_of("2001:db8:0:1::1")


class TooFast(Limited):
    more = "limits { connections-per-second = 2 }"

    async def test_a_burst_is_let_in_at_the_rate(self):
        accepted = refused = 0
        while refused < 3 or accepted < 3:
            try:
                await self.stranger(bearer=tokens.token("ann"))
                accepted += 1
            except InvalidStatusCode as error:
                self.assertEqual(error.status_code, 503)
                self.assertGreater(int(error.headers["Retry-After"]), 0)
                refused += 1
        self.assertGreaterEqual(self.refusals("too_fast"), 3)

    async def asyncTearDown(self):
        pass  # others would have to wait for their turn


class UserIsFull(NodeTest):
    more = "limits { connections-per-user = 2 }"

    async def test_a_user_gets_so_many_and_the_next_is_closed(self):
        first, _ = await self.speakers("ann", "ann")
        third = await self.node.stranger(bearer=tokens.token("ann"))
        got, end = await third.up_to_the_end()
        self.assertEqual((end.code, end.reason), (4504, "connection_limit"))
        await self.speaker("bob")
        await first.close()
        await self.speaker("ann")

    async def test_who_says_auth_late_is_counted_too(self):
        await self.speakers("cyd", "cyd")
        third = await self.node.stranger()
        await third.send("auth", id=1, token=tokens.token("cyd"))
        _, end = await third.up_to_the_end()
        self.assertEqual(end.code, 4504)


class Floods(NodeTest):
    more = "limits { messages-per-second = 20, flood-grace = 1s }"

    async def test_a_burst_is_only_slowed_down(self):
        one = await self.speaker("ann")
        for number in range(1, 41):
            await one.send("ping", id=number)
        for number in range(1, 41):
            await one.expect("pong")
            await one.expect("reply", id=number)

    async def test_who_does_not_stop_is_closed(self):
        one = await self.speaker("ann")
        for _ in range(2000):
            await one.send("ping")
        _, end = await one.up_to_the_end()
        self.assertEqual((end.code, end.reason), (4506, "flood"))


class Origins(Limited):
    more = """
    session { cookie = "ticket", allowed-origins = ["https://*.example.com"] }
    """

    async def test_pages_of_the_list_and_of_this_host_may_connect(self):
        for origin in ("https://app.example.com",
                       f"http://127.0.0.1:{self.node.port}"):
            one = await self.stranger(bearer=tokens.token("ann"),
                                      headers={"Origin": origin})
            await one.expect("welcome")

    async def test_other_pages_may_not(self):
        for origin in ("https://evil.example", "null", "https://example.com"):
            status, _ = await self.refused(headers={"Origin": origin})
            self.assertEqual(status, 403)

    async def test_who_is_no_browser_needs_no_origin(self):
        one = await self.stranger(bearer=tokens.token("ann"))
        await one.expect("welcome")


class CookieWithoutList(NodeTest):
    more = 'session { cookie = "ticket" }'

    async def visit(self, origin, **headers):
        return await self.stranger(
            headers={"Origin": origin, **headers},
            **({} if headers else {"bearer": tokens.token("ann")}))

    async def test_a_cookie_closes_the_door_to_other_pages(self):
        cookie = f"ticket={tokens.token('ann')}"
        with self.assertRaises(InvalidStatusCode) as refused:
            await self.visit("https://evil.example", Cookie=cookie)
        self.assertEqual(refused.exception.status_code, 403)
        one = await self.visit(f"http://127.0.0.1:{self.node.port}",
                               Cookie=cookie)
        await one.expect("welcome", user="ann")

    async def test_a_token_of_its_own_opens_it_for_any_page(self):
        one = await self.visit("https://any.example")
        await one.expect("welcome", user="ann")
