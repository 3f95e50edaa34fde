/* New namespaces for this process, with a user namespace where it is not root.
 */
#ifndef LAUNCHER_NAMESPACES_H
#define LAUNCHER_NAMESPACES_H

/*
 * @flags as unshare() takes them (CLONE_NEWNS, CLONE_NEWNET). Who may not enter
 * them becomes root of a user namespace of its own first. 0 or -errno.
 */
int namespaces_enter(int flags);

#endif
