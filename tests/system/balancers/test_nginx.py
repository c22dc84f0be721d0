"""nginx, as docker/nginx/ configures it."""

from balancers.balanced_test import BalancedTest, EveryBalancer, EveryPasser
from balancers.balancer import Nginx


class EndsTls(EveryBalancer, BalancedTest):
    balancer = Nginx


class PassesTlsOn(EveryPasser, BalancedTest):
    balancer = Nginx
