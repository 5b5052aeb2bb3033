/* What ethtool(8) asks of the interfaces of our own network. */
#ifndef ETHTOOL_H
#define ETHTOOL_H

/* An ioctl of SIOCETHTOOL; the request begins with its command and takes the answer. 0 or -errno. */
int ethtool_ask(const char *device, void *request);

#endif
