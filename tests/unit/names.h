/* A resolver for tests: a few names, whatever machine they run on. */
#ifndef TESTS_UNIT_NAMES_H
#define TESTS_UNIT_NAMES_H

#include "core/names.h"

/*
 * Hosts: localhost, "one" (192.0.2.1), "many" (10.1.1.1, 10.1.1.2, 10.2.1.1).
 * Network: "branch" (10.20.0.0). Services: ftp, telnet, smtp, domain of TCP;
 * domain, tftp of UDP. Protocols: icmp, tcp, udp.
 */
extern const struct resolver test_names;

#endif
