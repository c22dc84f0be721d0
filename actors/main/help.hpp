#pragma once

// What `--help` says below the options.

namespace rookery::help {

inline constexpr const char* program =
    R"(A first node:
  rookery serve -c configs/standalone.conf
Every key of a configuration file, with its default and the reason for it:
  rookery default-config
The environment has the last word: ROOKERY__HTTP__PORT=80 sets http.port.
Each command has its own --help. Exit codes: 0 done, 1 it could not be done,
100 and above: the command line is wrong.)";

inline constexpr const char* serve =
    R"(Clients connect to http.port at websocket.path; /health and /ready are there,
too. Metrics and the internal API are on http.internal-port.
Signals:
  SIGTERM, SIGINT  in a cluster drain the node first, else stop it in order; the
                   second one stops it at once
  SIGHUP           read certificates, ticket keys and CA of `tls` anew
Exit codes: 0 when it was told to stop; 1 when it could not start, which is said
on standard error with file and line, or when a part of it failed for good.
Examples:
  rookery serve -c /etc/rookery/chat.conf
  ROOKERY__LOG__LEVEL=debug rookery serve -c site.conf)";

inline constexpr const char* check_config =
    R"(Says each problem with file, line and key, on standard error, and what an
unknown key may have been meant for. Nothing is started, and nothing of what the
file names is opened. Exit codes: 0 all is well, 1 it is not.
Example:
  rookery check-config -c site.conf && systemctl restart rookery)";

inline constexpr const char* default_config =
    R"(It is a file that may be used: what differs is changed, the rest left out.
configs/reference.conf is the same text.)";

inline constexpr const char* gen_token =
    R"(Signs with session.token.hmac-secret of the file. Applications make their
tokens themselves: any JWT library does, with the claims `sub` (the user), `exp`,
and, if wanted, `info` and `topics`.
Examples:
  rookery gen-token -c site.conf -u ann
  rookery gen-token -c site.conf -u ann --topics 'chat.*:subscribe,publish'
  rookery gen-token -c site.conf -u ann --topics 'lobby.*' --info '{"name":"Ann"}')";

inline constexpr const char* check_token =
    R"(Looks at the token as a node with this file would. Exit codes: 0 it would be
let in, 1 it would not.)";

inline constexpr const char* top =
    R"(Looks once a second at the internal API. Keys are shown at the bottom.
Exit codes: 0 left, or printed with --once; 1 no node answers.
Examples:
  rookery top -c site.conf
  rookery top --url http://10.0.0.5:9000 --once --sort bytes)";

} // namespace rookery::help
