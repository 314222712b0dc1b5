#include "nabla_runtime.h"

#include <unwind.h>

typedef struct {
    uintptr_t *addresses;
    int count, limit;
} nr_call_list;

static _Unwind_Reason_Code note_call(struct _Unwind_Context *context, void *argument) {
    nr_call_list *list = argument;
    uintptr_t address = _Unwind_GetIP(context);
    if (address == 0 || list->count == list->limit) return _URC_END_OF_STACK;
    list->addresses[list->count++] = address;
    return _URC_NO_REASON;
}

int nr_calls(uintptr_t *addresses, int limit) {
    nr_call_list list = {addresses, 0, limit};
    _Unwind_Backtrace(note_call, &list);
    return list.count;
}
