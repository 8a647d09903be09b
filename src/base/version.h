/* The version of the program, as CHANGELOG.md counts them. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define SAMENDOEL_VERSION "0.1.0"

#endif
