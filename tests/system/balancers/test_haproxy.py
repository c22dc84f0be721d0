"""HAProxy, as docker/haproxy/ configures it."""

from balancers.balanced_test import BalancedTest, EveryBalancer, EveryPasser
from balancers.balancer import HAProxy


class EndsTls(EveryBalancer, BalancedTest):
    balancer = HAProxy


class PassesTlsOn(EveryPasser, BalancedTest):
    balancer = HAProxy

    async def test_who_comes_while_a_node_drains_is_not_refused(self):
        """Once a look at /ready has told it that the node drains: nobody can
        ask again before."""
        await self.begin("address", ca=self.authority.certificate)
        await self.drains(known=self.front.is_down)
