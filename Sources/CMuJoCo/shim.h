// Debian's headers; a module cache that was filled from those of another MuJoCo has other struct layouts and leads to crashes.
#include <mujoco/mujoco.h>

static inline void cmujoco_ignore(const char *message) { (void)message; }

// MuJoCo writes its warnings to a file in the working directory unless it is given a function to call.
static inline void cmujoco_silence_warnings(void) { mju_user_warning = cmujoco_ignore; }
