/* A host's rules as decision diagrams: which kind it has. */
#include "compare/rules.h"

#include "engine/state.h"

static const struct rules_kind *kind_of(const struct fw *fw)
{
	return fw->st->g.era == ERA_2_2 ? &rules22 : &rules20;
}

void rules_tell(struct headers *h, struct fw *fw)
{
	kind_of(fw)->tell(h, fw);
}

int rules_diagrams(struct headers *h, struct outcomes *o, struct fw *fw,
		   uint32_t way[WAYS])
{
	return kind_of(fw)->diagrams(h, o, fw, way);
}
